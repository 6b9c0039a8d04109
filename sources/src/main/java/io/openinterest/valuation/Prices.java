package io.openinterest.valuation;

import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.venue.Assets;
import io.openinterest.venue.Row;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The prices a venue reported: of its markets now, of its markets in the past while a gap is read, and the USD rates of
 * quote assets that follow from its perpetuals.
 */
final class Prices {

    /** A price older than this is not joined to a row, and a row waits no longer for one. */
    static final Duration JOIN_WITHIN = Duration.ofSeconds(60);

    /** The classes of what others are quoted in: a stock may have the name of a coin. */
    private static final Set<AssetClass> QUOTES = Set.of(AssetClass.CRYPTO, AssetClass.FX);

    private final Map<String, BigDecimal> fixedRates;
    private final Duration maxAge;
    private final Map<String, Known> known = new HashMap<>();
    private final Map<String, TreeMap<Instant, BigDecimal>> past = new HashMap<>();
    private final Map<String, Rate> rates = new HashMap<>();
    private final Set<String> news = new LinkedHashSet<>();

    /**
     * A price of one unit of a symbol's base in its quote.
     *
     * @param price above 0
     * @param source {@code mark}, {@code index} or {@code last}
     */
    record Price(BigDecimal price, String source) {}

    private record Known(Price price, Instant at) {}

    private record Rate(String symbol, BigDecimal valueUsd, BigDecimal priceUsd, Instant at) {}

    /**
     * Knows no price yet.
     *
     * @param fixedRates USD prices of quote assets that the user set
     * @param maxAge how long the rate of a perpetual holds
     */
    Prices(Map<String, BigDecimal> fixedRates, Duration maxAge) {
        this.fixedRates = fixedRates;
        this.maxAge = maxAge;
    }

    /** Takes the price of a symbol, or of whatever rows ask for by that name; one of 0 is none. */
    void put(String key, BigDecimal price, String source, Instant at) {
        if (price.signum() == 0) {
            return;
        }
        known.put(key, new Known(new Price(price, source), at));
        news.add(key);
    }

    /** Names of the prices and rates that came since this was asked last. */
    List<String> takeNews() {
        List<String> came = List.copyOf(news);
        news.clear();
        return came;
    }

    /** The name of a rate, apart from the names of symbols, which have no space. */
    static String rateKey(String asset) {
        return "rate of " + asset;
    }

    /** Takes the mark price of an instant of the past. */
    void putPast(String key, Instant time, BigDecimal price) {
        past.computeIfAbsent(key, name -> new TreeMap<>()).put(time, price);
    }

    /** Forgets the past. */
    void forgetPast() {
        past.clear();
    }

    /**
     * The price of a row: its own, else the one reported within 60 s of it; for a row of the past the one of its
     * instant, else the last one before. Null while there is none.
     */
    Price of(Row row) {
        if (row.price() != null) {
            return row.price().signum() == 0 ? null : new Price(row.price(), row.priceSource());
        }
        Known last = known.get(row.priceKey());
        if (row.origin() == Origin.HISTORY) {
            TreeMap<Instant, BigDecimal> then = past.get(row.priceKey());
            Map.Entry<Instant, BigDecimal> entry = then == null ? null : then.floorEntry(row.time());
            if (entry != null) {
                return new Price(entry.getValue(), "mark");
            }
            return last != null && !last.at.isAfter(row.time()) ? last.price : null;
        }
        boolean isNear = last != null
                && Duration.between(last.at, row.receivedAt()).abs().compareTo(JOIN_WITHIN) <= 0;
        return isNear ? last.price : null;
    }

    /** USD of one unit of a quote asset; null while unknown. */
    BigDecimal usdPer(String quote, Instant at) {
        BigDecimal fixed = fixedRates.get(quote);
        if (fixed != null) {
            return fixed;
        }
        if (Assets.isDollar(quote)) {
            return BigDecimal.ONE;
        }
        Rate rate = rates.get(quote);
        return rate == null || Duration.between(rate.at, at).compareTo(maxAge) > 0 ? null : rate.priceUsd;
    }

    /** Keeps the price of the venue's largest dollar perpetual of each asset, for markets quoted in that asset. */
    void remember(Observation o) {
        if (o.type() != MarketType.PERPETUAL
                || !QUOTES.contains(o.assetClass())
                || !Assets.isDollar(o.quote())
                || o.exceedsAnyMarket()
                || Origin.HISTORY.isOf(o)) {
            return;
        }
        Rate before = rates.get(o.base());
        boolean isLargest = before == null
                || before.symbol.equals(o.symbol())
                || before.valueUsd.compareTo(o.valueUsd()) < 0
                || Duration.between(before.at, o.databaseTime()).compareTo(maxAge) > 0;
        if (isLargest) {
            rates.put(o.base(), new Rate(o.symbol(), o.valueUsd(), o.priceUsd(), o.databaseTime()));
            news.add(rateKey(o.base()));
        }
    }
}
