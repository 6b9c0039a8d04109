package io.openinterest.transport;

import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Fault.Kind;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Venue;

/**
 * Judges an answer. What a status says of every venue alike (too many requests, banned, ill) the venue may only refine:
 * with its code and text, and a longer pause, and by {@link Venue#deniesQuestions}. All else is the venue's to judge.
 */
final class Verdict {

    private Verdict() {}

    /** The reason why it is no answer; null when it is good. */
    static Fault of(Venue venue, Reply reply) {
        Fault own;
        try {
            own = venue.fault(reply);
        } catch (RuntimeException e) {
            own = new Fault(Kind.RETRY, Reason.SCHEMA, "fault", "the answer could not be judged: " + e, null);
        }
        int status = reply.status();
        if (status == 403 && venue.deniesQuestions() && own != null && own.kind() == Kind.REFUSED) {
            return own;
        }
        boolean settled =
                status == 408 || status == 429 || status == 418 || status == 403 || status == 451 || status >= 500;
        return settled ? refined(Fault.of(reply), own) : own;
    }

    private static Fault refined(Fault http, Fault own) {
        if (own == null) {
            return http;
        }
        if (own.reason() == Reason.SCHEMA) {
            String detail = http.detail() + "; " + own.detail();
            return new Fault(http.kind(), http.reason(), http.code(), detail, http.pause());
        }
        Kind kind = http.kind() == Kind.RETRY && own.kind() == Kind.LIMITED ? Kind.LIMITED : http.kind();
        return new Fault(kind, Reason.HTTP_STATUS, own.code(), own.detail(), Fault.longer(http.pause(), own.pause()));
    }
}
