package io.openinterest.venue;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question to a venue.
 *
 * @param method {@code GET} or {@code POST}
 * @param path the documented path with its query, already encoded; a full URL of the venue's host is not needed
 * @param body JSON of a POST; null for GET
 * @param weight what it costs of the rate limit
 * @param limit name of the {@link RateLimit} it counts against; null for the venue's first
 * @param secret query text that must never be shown, e.g. {@code api_key=...}; null for none
 */
public record Request(
        String method,
        String path,
        @Nullable String body,
        int weight,
        @Nullable String limit,
        @Nullable String secret) {

    /** A GET of weight 1. The path's own query must be encoded already. */
    public static Request get(String path) {
        return new Request("GET", path, null, 1, null, null);
    }

    /** A POST of JSON with weight 1. */
    public static Request post(String path, String json) {
        return new Request("POST", path, json, 1, null, null);
    }

    /** Sets a query parameter, percent-encoded as UTF-8 (symbols can be Chinese). */
    public Request with(String name, Object value) {
        return withEncoded(name, encode(value.toString()));
    }

    /** Sets a query parameter whose value is encoded already, as Bybit's cursors are. */
    public Request withEncoded(String name, String value) {
        String rest = path.replaceAll("([?&])" + name + "=[^&]*(&|$)", "$1").replaceAll("[?&]$", "");
        String separator = rest.indexOf('?') < 0 ? "?" : "&";
        return new Request(method, rest + separator + name + "=" + value, body, weight, limit, secret);
    }

    /** Adds a query parameter that is never logged, quarantined or shown. */
    public Request withSecret(String name, String value) {
        return new Request(method, path, body, weight, limit, name + "=" + encode(value));
    }

    /** The same request with another weight. */
    public Request weight(int other) {
        return new Request(method, path, body, other, limit, secret);
    }

    /** The same request counted against another limit of the venue. */
    public Request limit(String name) {
        return new Request(method, path, body, weight, name, secret);
    }

    /** Value of a query parameter, decoded; null if there is none. Parsers use it to know what they asked. */
    public @Nullable String param(String name) {
        int query = path.indexOf('?');
        if (query < 0) {
            return null;
        }
        for (String pair : path.substring(query + 1).split("&")) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    /** A text without the secret, which some venues repeat in their answers. */
    String withoutSecret(String text) {
        if (secret == null) {
            return text;
        }
        String encoded = secret.substring(secret.indexOf('=') + 1);
        return text.replace(encoded, "***").replace(URLDecoder.decode(encoded, StandardCharsets.UTF_8), "***");
    }

    /** The question without host and secrets. */
    @Override
    public String toString() {
        return method + " " + path;
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Markets, topics or the like in parts, of which each may be named at once; all but the last are of that size. */
    public static <T> List<List<T>> parts(Collection<T> all, int size) {
        List<T> list = List.copyOf(all);
        List<List<T>> parts = new ArrayList<>();
        for (int first = 0; first < list.size(); first += size) {
            parts.add(list.subList(first, Math.min(list.size(), first + size)));
        }
        return parts;
    }
}
