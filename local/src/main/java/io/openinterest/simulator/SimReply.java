package io.openinterest.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer to a REST request.
 *
 * @param status HTTP status
 * @param headers headers in the order sent
 * @param body text of the body
 */
record SimReply(int status, Map<String, String> headers, String body) {

    static SimReply json(int status, JsonNode body) {
        return new SimReply(status, Map.of("Content-Type", "application/json;charset=utf-8"), Payload.write(body));
    }

    static SimReply json(JsonNode body) {
        return json(200, body);
    }

    /** This reply with one more header. */
    SimReply with(String header, Object value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, String.valueOf(value));
        return new SimReply(status, more, body);
    }
}
