package io.openinterest.simulator;

import java.time.Duration;
import java.time.Instant;

/**
 * The metering of Binance: weight per fixed minute, told in a header; 429 above the limit, and a ban with 418 for a client
 * that goes on regardless.
 */
final class BinanceWeights {

    static final int PER_MINUTE = 2400;

    private static final int PATIENCE = 200;
    private static final Duration BAN = Duration.ofMinutes(2);

    private final World world;
    private final Allowance allowance;
    private Instant bannedUntil = Instant.EPOCH;

    BinanceWeights(World world) {
        this.world = world;
        this.allowance = new Allowance(world, PER_MINUTE, Duration.ofMinutes(1));
    }

    /** The reply as metered: with the header of used weight, or what a client gets that asked too much. */
    synchronized SimReply meter(int weight, SimReply reply) {
        int used = allowance.spend(weight);
        if (used > allowance.limit() + PATIENCE && !banned()) {
            bannedUntil = world.now().plus(BAN);
        }
        if (banned()) {
            long seconds = Duration.between(world.now(), bannedUntil).toSeconds();
            return error(
                            418,
                            -1003,
                            "Way too many requests; IP banned until " + bannedUntil.toEpochMilli()
                                    + ". Please use the websocket for live updates to avoid bans.")
                    .with("Retry-After", Math.max(1, seconds));
        }
        if (used > allowance.limit()) {
            long seconds = (allowance.resetAt() - world.now().toEpochMilli() + 999) / 1000;
            return error(
                            429,
                            -1003,
                            "Too many requests; current limit is " + PER_MINUTE
                                    + " requests per minute. Please use the websocket for live updates to avoid polling the API.")
                    .with("Retry-After", seconds)
                    .with("X-MBX-USED-WEIGHT-1M", used);
        }
        return reply.with("X-MBX-USED-WEIGHT-1M", used);
    }

    private boolean banned() {
        return world.now().isBefore(bannedUntil);
    }

    /** {@code {"code":-1121,"msg":"Invalid symbol."}}. */
    static SimReply error(int status, int code, String message) {
        return SimReply.json(status, Payload.object().put("code", code).put("msg", message));
    }

    /** The answer of Binance when a required parameter is missing. */
    static SimReply missing(String parameter) {
        return error(400, -1102, "Mandatory parameter '" + parameter + "' was not sent, was empty/null, or malformed.");
    }
}
