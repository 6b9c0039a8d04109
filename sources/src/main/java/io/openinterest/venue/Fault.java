package io.openinterest.venue;

import io.openinterest.observation.Quarantined.Reason;
import java.time.Duration;

/**
 * Why an answer is no answer, and what to do next.
 *
 * @param kind what to do next
 * @param reason reason of the quarantine record
 * @param code the venue's error code, else the HTTP status, e.g. {@code -4108}; compared by parsers
 * @param detail one sentence
 * @param pause how long to ask nothing; null for an exponential backoff with jitter
 */
public record Fault(Kind kind, Reason reason, String code, String detail, Duration pause) {

    private static final Duration BAN = Duration.ofMinutes(2);
    private static final Duration BAN_PAUSE = Duration.ofMinutes(10);
    private static final long MAX_SECONDS = Duration.ofDays(3).toSeconds();

    /** What to do next. */
    public enum Kind {
        /** The venue or the way to it is ill: this feed backs off. */
        RETRY,
        /** Too much was asked: nothing is asked of this rate limit until the pause is over. */
        LIMITED,
        /** This question has no answer, others have: go on and do not repeat it in this sweep. */
        REFUSED
    }

    /** An error code of the venue's own about this one request. */
    public static Fault refused(String code, String message) {
        return new Fault(Kind.REFUSED, Reason.VENUE_ERROR, code, "the venue answered " + code + ": " + message, null);
    }

    /** An error code of the venue's own that says it can't answer now. */
    public static Fault retry(String code, String message) {
        return new Fault(Kind.RETRY, Reason.VENUE_ERROR, code, "the venue answered " + code + ": " + message, null);
    }

    /** A rate limit or ban; a null pause is the answer's Retry-After, else a backoff. */
    public static Fault limited(Reply reply, String code, String message, Duration pause) {
        Reason reason = reply.status() / 100 == 2 ? Reason.VENUE_ERROR : Reason.HTTP_STATUS;
        return new Fault(
                Kind.LIMITED,
                reason,
                code,
                "the venue answered " + code + ": " + message,
                pause != null ? pause : retryAfter(reply));
    }

    /** What HTTP itself says about an answer; null when it is 2xx with a complete JSON body. */
    public static Fault of(Reply reply) {
        int status = reply.status();
        if (status / 100 == 2) {
            return reply.isJson() ? null : notJson(reply);
        }
        return switch (status) {
            case 429 -> limited(reply, "429", "too many requests", null);
            case 418 -> limited(reply, "418", "this address is banned", longer(retryAfter(reply), BAN));
            case 403 -> limited(reply, "403", "access denied", longer(retryAfter(reply), BAN));
            case 451 -> limited(reply, "451", "not available from this place", BAN_PAUSE);
            case 408 -> status(Kind.RETRY, reply);
            default -> status(status >= 500 ? Kind.RETRY : Kind.REFUSED, reply);
        };
    }

    /** Retry-After in seconds, at most three days; null where there is none or it is no number. */
    public static Duration retryAfter(Reply reply) {
        String seconds = reply.header("retry-after");
        if (seconds == null || !seconds.strip().matches("\\d{1,9}")) {
            return null;
        }
        return Duration.ofSeconds(Math.min(MAX_SECONDS, Long.parseLong(seconds.strip())));
    }

    private static Fault status(Kind kind, Reply reply) {
        String code = Integer.toString(reply.status());
        return new Fault(kind, Reason.HTTP_STATUS, code, "the venue answered HTTP " + code, retryAfter(reply));
    }

    private static Fault notJson(Reply reply) {
        String what = reply.text().stripLeading().startsWith("<") ? "a web page" : "no complete JSON document";
        return new Fault(Kind.RETRY, Reason.NOT_JSON, "not-json", "the venue answered " + what, null);
    }

    private static Duration longer(Duration a, Duration b) {
        return a == null || a.compareTo(b) < 0 ? b : a;
    }
}
