package io.openinterest.valuation;

import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.valuation.Valuation.Figures;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Row;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The parts of an observation besides its market and its figures.
 *
 * @param time as-of time
 * @param sides sides of the count
 * @param fundingRate fraction of notional per {@code fundingHours}; null where the row has none
 * @param fundingHours hours between fundings; null where the row has none
 * @param exchangeTime the venue's own time; null where it gives none
 * @param receivedAt when the payload came
 * @param isDelisted true for the last one of a market
 * @param origin what is published as its origin
 */
record Provenance(
        Instant time,
        int sides,
        BigDecimal fundingRate,
        BigDecimal fundingHours,
        Instant exchangeTime,
        Instant receivedAt,
        boolean isDelisted,
        Origin origin) {

    static Provenance of(Row row, Instant time, int sides, Origin origin) {
        return new Provenance(
                time, sides, row.fundingRate(), row.fundingHours(), row.time(), row.receivedAt(), false, origin);
    }

    static Provenance ofDelisting(Instant at, int sides, Origin origin) {
        return new Provenance(at, sides, null, null, null, at, true, origin);
    }

    Observation observation(Instrument instrument, Naming naming, Figures figures) {
        return new Observation(
                naming.market(instrument),
                time,
                naming.exchange(instrument),
                naming.venueId(instrument),
                instrument.symbol(),
                instrument.assetClass(),
                instrument.base(),
                instrument.quote(),
                instrument.margin(),
                instrument.type(),
                instrument.structure(),
                instrument.expiration(),
                instrument.strike(),
                figures.contractCount(),
                instrument.contractSize(),
                sides,
                figures.amountBase(),
                figures.priceUsd(),
                figures.priceSource(),
                figures.valueUsd(),
                figures.marketValueUsd(),
                fundingRate,
                fundingHours,
                figures.volume24hUsd(),
                exchangeTime,
                receivedAt,
                isDelisted,
                origin.text());
    }
}
