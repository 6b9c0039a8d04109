package io.openinterest.venue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer or a WebSocket message.
 *
 * @param request what was asked; null for a WebSocket message
 * @param status HTTP status; 200 for a WebSocket message
 * @param headers first value of each header, names in lower case
 * @param text the body as text, decompressed
 * @param json the body as a tree with exact decimals, of whose long lists one element at a time is read; a missing node
 *     where it is no complete JSON document
 * @param receivedAt when the last byte came, milliseconds
 */
public record Reply(
        @Nullable Request request,
        int status,
        Map<String, String> headers,
        String text,
        JsonNode json,
        Instant receivedAt) {

    /** An answer with this body. */
    public static Reply of(
            @Nullable Request request, int status, Map<String, String> headers, String text, Instant receivedAt) {
        String shown = request == null ? text : request.withoutSecret(text);
        return new Reply(request, status, headers, shown, parse(shown), receivedAt.truncatedTo(ChronoUnit.MILLIS));
    }

    /** A WebSocket message. */
    public static Reply message(String text, Instant receivedAt) {
        return of(null, 200, Map.of(), text, receivedAt);
    }

    /** A header, name in lower case; null if there is none. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /** Whether the body is a complete JSON document. */
    public boolean isJson() {
        return !json.isMissingNode();
    }

    private static JsonNode parse(String text) {
        try {
            return Document.read(text);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
