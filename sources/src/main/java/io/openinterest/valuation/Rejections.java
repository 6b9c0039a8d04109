package io.openinterest.valuation;

import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.valuation.Listing.Problem;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Makes quarantine records of what one venue sent and nobody can use. */
final class Rejections {

    private final String venue;
    private final Naming naming;
    private final Instruments listed;
    private final Consumer<Quarantined> told;

    Rejections(String venue, Naming naming, Instruments listed, Consumer<Quarantined> told) {
        this.venue = venue;
        this.naming = naming;
        this.listed = listed;
        this.told = told;
    }

    /** Something in an answer; the symbol is null where it concerns no market. */
    void reject(Answer answer, String raw, String symbol, Reason reason, String detail) {
        tell(answer.reply().receivedAt(), answer.endpoint(), market(symbol), reason, detail, raw);
    }

    /** A row of open interest. */
    void reject(Row row, Source source, Reason reason, String detail) {
        tell(
                row.receivedAt(),
                source.endpoint(),
                market(row.symbol()),
                reason,
                detail,
                source.raw().get());
    }

    /** Something about the venue as a whole, with what was asked and answered where there is that. */
    void reject(Instant at, String endpoint, Reason reason, String detail, String raw) {
        tell(at, endpoint, null, reason, detail, raw);
    }

    /** Faults of a list: one record for each fault, however many markets have it. */
    void reject(List<Problem> problems, String endpoint, Instant at) {
        record Fault(Reason reason, String detail) {}
        Map<Fault, List<Problem>> byFault = new LinkedHashMap<>();
        problems.forEach(problem -> byFault.computeIfAbsent(
                        new Fault(problem.reason(), problem.detail()), fault -> new ArrayList<>())
                .add(problem));
        byFault.forEach((fault, same) -> {
            Problem first = same.get(0);
            String detail = same.size() == 1
                    ? fault.detail()
                    : fault.detail() + " in " + same.size() + " rows, the first is " + first.key();
            tell(
                    at,
                    first.endpoint() == null ? endpoint : first.endpoint(),
                    same.size() > 1 || first.key() == null ? null : naming.market(first.key(), listed),
                    fault.reason(),
                    detail,
                    first.raw());
        });
    }

    private String market(String symbol) {
        Instrument instrument = symbol == null ? null : listed.get(symbol);
        return instrument == null ? null : naming.market(instrument);
    }

    private void tell(Instant at, String endpoint, String market, Reason reason, String detail, String raw) {
        told.accept(new Quarantined(at, venue, endpoint, market, reason, detail, raw));
    }

    /** The reason why something could not be read. */
    static Reason reason(RuntimeException e) {
        if (e instanceof Fields.Missing) {
            return Reason.MISSING_VALUE;
        }
        return e instanceof Fields.Malformed ? Reason.MALFORMED : Reason.SCHEMA;
    }

    /** The same in a sentence. */
    static String sentence(RuntimeException e) {
        return e instanceof Fields.BadSchema || e instanceof Fields.Malformed || e instanceof Fields.Missing
                ? e.getMessage()
                : "the answer has not the documented form: " + e;
    }
}
