package io.openinterest.simulator;

import java.util.Map;

/**
 * A REST request or the request for a WebSocket.
 *
 * @param venue the venue id that was addressed
 * @param method {@code GET}, {@code POST}, ...
 * @param path decoded path as the venue documents it, e.g. {@code /fapi/v1/openInterest}
 * @param query decoded query parameters; of a repeated one the first
 * @param body text of the body, empty where there is none
 */
record SimRequest(String venue, String method, String path, Map<String, String> query, String body) {

    static SimRequest get(String venue, String path, Map<String, String> query) {
        return new SimRequest(venue, "GET", path, query, "");
    }

    /** A query parameter, null where absent or empty. */
    String parameter(String name) {
        String value = query.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** A whole-number query parameter within bounds; the default where it is absent or no number. */
    long number(String name, long absent, long least, long greatest) {
        String value = parameter(name);
        if (value == null || !value.matches("\\d{1,18}")) {
            return absent;
        }
        return Math.max(least, Math.min(greatest, Long.parseLong(value)));
    }
}
