package io.openinterest.transport;

import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.HttpUrl;

/**
 * The weight budget of one rate limit: a bucket that may burst to 30 % of the limit and refills 60 % of it per period,
 * so that no window ever holds more than 90 %. Headers correct it, since others may share the address. Venues that the
 * exchange meters together share one instance, and one reader reads them. Times are those of {@link ReceiptClock#millis}.
 */
final class Quota {

    private static final double BURST = 0.3;
    private static final double REFILL = 0.6;
    private static final double SAFE = 0.9;
    private static final Map<String, Quota> SHARED = new ConcurrentHashMap<>();

    private final RateLimit limit;
    private final double capacity;
    private final double perMilli;
    private double available;
    private long at;
    private long pausedUntil;

    Quota(RateLimit limit, long nowMillis) {
        this.limit = limit;
        this.capacity = Math.max(1, limit.weight() * BURST);
        this.perMilli = limit.weight() * REFILL / limit.per().toMillis();
        this.available = capacity;
        this.at = nowMillis;
    }

    /**
     * The budget all venues of this process share under the scope's name. An exchange may meter several of its hosts
     * together; a stand-in, which is told by its host and port, meters for itself.
     *
     * @param standIn the URL configured in place of the venue's own; null for the venue itself
     */
    static Quota shared(RateLimit limit, String standIn, long nowMillis) {
        return SHARED.computeIfAbsent(key(limit, standIn), key -> new Quota(limit, nowMillis));
    }

    /** The key that tells the budgets of {@link #shared} apart. */
    static String key(RateLimit limit, String standIn) {
        HttpUrl url = standIn == null ? null : HttpUrl.parse(standIn);
        return limit.scope() + " " + (url == null ? "" : url.host() + ":" + url.port());
    }

    /**
     * Takes the weight if it is there.
     *
     * @return zero when taken, else how many milliseconds to wait before asking again
     */
    synchronized long take(int weight, long nowMillis) {
        return take(weight, nowMillis, false);
    }

    /**
     * The same.
     *
     * @param isSpare takes only what leaves half of the bucket to others
     */
    synchronized long take(int weight, long nowMillis, boolean isSpare) {
        if (nowMillis < pausedUntil) {
            return pausedUntil - nowMillis;
        }
        refill(nowMillis);
        // what weighs more than the bucket holds goes when the bucket is full, and leaves it in debt
        double needed = Math.min(weight + (isSpare ? capacity / 2 : 0), capacity);
        if (available >= needed) {
            available -= weight;
            return 0;
        }
        return (long) Math.ceil((needed - available) / perMilli);
    }

    /** Asks nothing more before then. */
    synchronized void pause(Duration pause, long nowMillis) {
        pausedUntil = Math.max(pausedUntil, nowMillis + pause.toMillis());
        available = Math.min(available, 0);
    }

    /** How many milliseconds nothing is asked, whoever of those that share it was told so; 0 where it does not pause. */
    synchronized long pausedFor(long nowMillis) {
        return Math.max(0, pausedUntil - nowMillis);
    }

    /** Follows what the venue says is used or left. */
    synchronized void correct(Reply reply, long nowMillis) {
        refill(nowMillis);
        Double used = number(limit.usedHeader() == null ? null : reply.header(limit.usedHeader()));
        if (used != null) {
            available = Math.min(available, limit.weight() * SAFE - used);
        }
        Double left = number(limit.remainingHeader() == null ? null : reply.header(limit.remainingHeader()));
        if (left != null) {
            available = Math.min(available, left);
        }
    }

    /** The used part of the bucket, 0 to 1 and above when in debt. */
    synchronized double used(long nowMillis) {
        refill(nowMillis);
        return 1 - available / capacity;
    }

    private void refill(long nowMillis) {
        available = Math.min(capacity, available + Math.max(0, nowMillis - at) * perMilli);
        at = Math.max(at, nowMillis);
    }

    private static Double number(String text) {
        return text != null && text.strip().matches("-?\\d{1,12}(\\.\\d{1,6})?") ? Double.valueOf(text.strip()) : null;
    }
}
