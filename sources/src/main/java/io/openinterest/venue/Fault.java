package io.openinterest.venue;

import io.openinterest.observation.Quarantined.Reason;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Why an answer is no answer, and what to do next.
 *
 * @param kind what to do next
 * @param reason reason of the quarantine record
 * @param code the venue's error code, else the HTTP status, e.g. {@code -4108}; compared by parsers
 * @param detail one sentence
 * @param pause how long to ask nothing; null for an exponential backoff with jitter
 */
public record Fault(
        Kind kind,
        Reason reason,
        String code,
        String detail,
        @Nullable Duration pause) {

    private static final Duration BAN = Duration.ofMinutes(2);
    private static final Duration BAN_PAUSE = Duration.ofMinutes(10);

    /** No limit or block lasts longer; Binance bans an address for up to three days. */
    private static final Duration MAX_BAN = Duration.ofDays(3);

    /** An illness is over sooner than some gateway guesses, and a wrong guess must not silence a venue. */
    private static final Duration MAX_ILLNESS = Duration.ofMinutes(5);

    /** The kind of a fault, which says what to do next. */
    public enum Kind {
        /** The venue or the way to it is ill: this feed backs off. */
        RETRY,
        /** Too much was asked: nothing is asked of this rate limit until the pause is over. */
        LIMITED,
        /** Access is denied, mostly to this address and seldom to one question: nothing is asked until the pause is over. */
        DENIED,
        /** This address is banned, for longer where it goes on: nothing is asked of any rate limit until the pause is over. */
        BANNED,
        /** This question has no answer, others have: go on and do not repeat it in this sweep. */
        REFUSED;

        /** Whether it is the address that is not answered, and not the question alone. */
        public boolean isOfAddress() {
            return this == LIMITED || this == DENIED || this == BANNED;
        }
    }

    /** An error code of the venue's own about this one request. */
    public static Fault refused(String code, String message) {
        return new Fault(Kind.REFUSED, Reason.VENUE_ERROR, code, "the venue answered " + code + ": " + message, null);
    }

    /** An error code of the venue's own that says it can't answer now. */
    public static Fault retry(String code, String message) {
        return new Fault(Kind.RETRY, Reason.VENUE_ERROR, code, "the venue answered " + code + ": " + message, null);
    }

    /** A rate limit or ban; the pause is the longer of the given one and the answer's Retry-After, without both a backoff. */
    public static Fault limited(Reply reply, String code, String message, @Nullable Duration pause) {
        return waiting(Kind.LIMITED, reply, code, message, pause);
    }

    private static Fault denied(Kind kind, Reply reply, String message, @Nullable Duration pause) {
        return waiting(kind, reply, Integer.toString(reply.status()), message, pause);
    }

    private static Fault waiting(Kind kind, Reply reply, String code, String message, @Nullable Duration pause) {
        Reason reason = reply.status() / 100 == 2 ? Reason.VENUE_ERROR : Reason.HTTP_STATUS;
        return new Fault(
                kind, reason, code, "the venue answered " + code + ": " + message, longer(pause, retryAfter(reply)));
    }

    /** The fault that HTTP itself shows; null when it is 2xx with a complete JSON body. */
    public static @Nullable Fault of(Reply reply) {
        int status = reply.status();
        if (status / 100 == 2) {
            return reply.isJson() ? null : notJson(reply);
        }
        return switch (status) {
            case 429 -> limited(reply, "429", "too many requests", null);
            case 418 -> denied(Kind.BANNED, reply, "this address is banned", BAN);
            case 403 -> denied(Kind.DENIED, reply, "access denied", BAN);
            case 451 -> denied(Kind.DENIED, reply, "not available from this place", BAN_PAUSE);
            case 408 -> status(Kind.RETRY, reply);
            default -> status(status >= 500 ? Kind.RETRY : Kind.REFUSED, reply);
        };
    }

    /**
     * Retry-After, in seconds or as a date, which is taken by the venue's own clock where it tells it; null where there is
     * none or it can't be read. At most three days for a limit or ban, five minutes where the venue is ill.
     */
    public static @Nullable Duration retryAfter(Reply reply) {
        String stated = reply.header("retry-after");
        if (stated == null) {
            return null;
        }
        Duration pause;
        if (stated.strip().matches("\\d{1,9}")) {
            pause = Duration.ofSeconds(Long.parseLong(stated.strip()));
        } else {
            Instant until = date(stated);
            Instant now = date(reply.header("date"));
            if (until == null) {
                return null;
            }
            pause = Duration.between(now == null ? reply.receivedAt() : now, until);
        }
        Duration longest = reply.status() >= 500 || reply.status() == 408 ? MAX_ILLNESS : MAX_BAN;
        return pause.isNegative() ? Duration.ZERO : pause.compareTo(longest) > 0 ? longest : pause;
    }

    /** Tue, 01 Dec 2026 10:00:00 GMT */
    private static @Nullable Instant date(@Nullable String text) {
        try {
            return text == null ? null : Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip()));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable Fault status(Kind kind, Reply reply) {
        String code = Integer.toString(reply.status());
        String detail = "the venue answered HTTP " + code + target(reply);
        return new Fault(kind, Reason.HTTP_STATUS, code, detail, retryAfter(reply));
    }

    /** The host a redirect points to, which is not followed; the rest of the address may hold a secret. */
    private static String target(Reply reply) {
        String location = reply.header("location");
        if (reply.status() / 100 != 3 || location == null) {
            return "";
        }
        try {
            String host = URI.create(location.strip()).getHost();
            return host == null ? ", which points elsewhere on the same host" : ", which points to the host " + host;
        } catch (IllegalArgumentException e) {
            return ", which points to what is no URL";
        }
    }

    private static Fault notJson(Reply reply) {
        String what = reply.text().stripLeading().startsWith("<") ? "a web page" : "no complete JSON document";
        return new Fault(Kind.RETRY, Reason.NOT_JSON, "not-json", "the venue answered " + what, null);
    }

    /** The longer of two pauses, of which null is none. */
    public static @Nullable Duration longer(@Nullable Duration a, @Nullable Duration b) {
        return a == null || (b != null && a.compareTo(b) < 0) ? b : a;
    }
}
