package io.openinterest.venue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A published limit: so much weight in so much time.
 *
 * @param scope its name; venues that name the same scope share one budget, as Binance meters USD-M and COIN-M together
 * @param weight what may be used
 * @param per in how much time
 * @param usedHeader header (lower case) that tells the weight used in the current window; null for none
 * @param remainingHeader header (lower case) that tells the weight left; null for none
 */
public record RateLimit(
        String scope,
        int weight,
        Duration per,
        @Nullable String usedHeader,
        @Nullable String remainingHeader) {

    /** A limit no header reports on. */
    public static RateLimit of(String scope, int weight, Duration per) {
        return new RateLimit(scope, weight, per, null, null);
    }

    /** The same limit, corrected by a header that tells what is used. */
    public RateLimit usedIn(String header) {
        return new RateLimit(scope, weight, per, header, remainingHeader);
    }

    /** The same limit, corrected by a header that tells what is left. */
    public RateLimit remainingIn(String header) {
        return new RateLimit(scope, weight, per, usedHeader, header);
    }
}
