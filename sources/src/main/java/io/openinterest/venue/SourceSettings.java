package io.openinterest.venue;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Settings that all venues of a source share.
 *
 * @param lateness how far behind its receipt an observation's time may lie
 * @param startWait how long event time waits at the start for a venue that has not answered yet
 * @param historyWait how long event time waits after a restart for the history of the span since the last checkpoint
 * @param rates USD prices of quote assets that the user fixed, by lower-case asset
 * @param conventions how venues count
 * @param assetClasses what is no coin
 * @param products what no venue lists as a whole
 * @param directExchanges exchanges that have an enabled venue of their own, which an aggregator must not repeat
 * @param simulated true when a simulator stands in for the venues; observations then say so as their origin
 */
public record SourceSettings(
        Duration lateness,
        Duration startWait,
        Duration historyWait,
        Map<String, BigDecimal> rates,
        Conventions conventions,
        AssetClasses assetClasses,
        Products products,
        Set<String> directExchanges,
        boolean simulated)
        implements Serializable {

    /** The documented defaults with the conventions of the jar. */
    public static SourceSettings defaults() {
        return new SourceSettings(
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Map.of(),
                Conventions.builtIn(),
                AssetClasses.builtIn(),
                Products.builtIn(),
                Set.of(),
                false);
    }

    /** The same with other waits. */
    public SourceSettings withWaits(Duration start, Duration history) {
        return new SourceSettings(
                lateness, start, history, rates, conventions, assetClasses, products, directExchanges, simulated);
    }

    /** The same with other conventions. */
    public SourceSettings with(Conventions other) {
        return new SourceSettings(
                lateness, startWait, historyWait, rates, other, assetClasses, products, directExchanges, simulated);
    }
}
