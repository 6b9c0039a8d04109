package io.openinterest.observation;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The order in which the greater of two observations of a market wins, however they arrived: greatest {@code time}, then
 * greatest {@code database_time} (null is older than any), then {@code delisted}, then greatest {@code value_usd}, then
 * greatest {@code contract_count}, then the greater text. The order is total: it is 0 only for observations with the same
 * text.
 */
public final class ObservationOrder {

    private static final RecordJson<Observation> JSON = RecordJson.of(Observation.class, Json.Decimals.NUMBER);

    private ObservationOrder() {}

    /** A {@link java.util.Comparator}, the winner is the greater. */
    public static int compare(Observation a, Observation b) {
        int order = a.time().compareTo(b.time());
        if (order == 0) {
            order = nullsFirst(a.databaseTime(), b.databaseTime());
        }
        if (order == 0) {
            order = Boolean.compare(a.delisted(), b.delisted());
        }
        if (order == 0) {
            order = a.valueUsd().compareTo(b.valueUsd());
        }
        if (order == 0) {
            order = a.contractCount().compareTo(b.contractCount());
        }
        return order == 0 ? byCodePoints(text(a), text(b)) : order;
    }

    /** The observation as JSON, fields in the order of the record, numbers unquoted whatever is configured. */
    public static String text(Observation observation) {
        return new String(JSON.write(observation, new JsonText()).toBytes(), StandardCharsets.UTF_8);
    }

    private static int nullsFirst(Instant a, Instant b) {
        if (a == null || b == null) {
            return Boolean.compare(a != null, b != null);
        }
        return a.compareTo(b);
    }

    /** String.compareTo would put a character beyond the basic plane before U+E000 to U+FFFF. */
    private static int byCodePoints(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            if (a.charAt(i) != b.charAt(i)) {
                char x = a.charAt(i);
                char y = b.charAt(i);
                boolean oneIsSurrogate = Character.isSurrogate(x) != Character.isSurrogate(y);
                return oneIsSurrogate ? Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y)) : x - y;
            }
        }
        return a.length() - b.length();
    }
}
