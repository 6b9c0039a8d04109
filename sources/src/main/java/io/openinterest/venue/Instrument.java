package io.openinterest.venue;

import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a venue's instrument list. The factories take assets as the venue writes them and make them canonical:
 * lower case, {@code XBT} is btc, and {@code 1000PEPE} is pepe with multiplier 1000.
 *
 * @param symbol as the venue writes it
 * @param coins what it is made of
 * @param contract what kind of contract it is
 * @param status whether it is observed
 * @param reportedAs the names it is published under
 */
public record Instrument(String symbol, Coins coins, Contract contract, Status status, ReportedAs reportedAs) {

    /**
     * The assets of a market.
     *
     * @param base canonical base asset
     * @param quote canonical quote asset; an option's is the currency of its strike
     * @param margin canonical margin asset
     * @param multiplier coins of {@code base} in one unit of the symbol's base; 1 unless the symbol is multiplied
     * @param assetClass class of the base
     */
    public record Coins(String base, String quote, String margin, BigDecimal multiplier, AssetClass assetClass) {}

    /**
     * The terms of a market.
     *
     * @param type kind of contract
     * @param structure inverse where margin and base are the same asset unless the venue says otherwise, else linear
     * @param expiration null for perpetuals
     * @param strike null but for options
     * @param size what the list says one contract is, in its own unit (base for linear, quote for inverse); null where
     *     it says nothing
     */
    public record Contract(
            MarketType type,
            Structure structure,
            @Nullable Instant expiration,
            @Nullable BigDecimal strike,
            @Nullable BigDecimal size) {}

    /**
     * The exchange and venue a market belongs to when it was read from somebody else.
     *
     * @param exchange exchange of the market; null for the venue's own
     * @param venue venue id to report it under; null for the one it was read from
     */
    public record ReportedAs(
            @Nullable String exchange, @Nullable String venue) {}

    /** The state of a market in the list. */
    public enum Status {
        /** Its open interest is observed. */
        OBSERVED,
        /** Listed but not observed: not open yet, or suspended; it goes stale. */
        SUSPENDED,
        /** Closed, delivered or settled: one last observation says so. */
        DELISTED
    }

    private static final ReportedAs ITSELF = new ReportedAs(null, null);

    /** A perpetual. */
    public static Instrument perpetual(String symbol, String base, String quote, String margin) {
        return of(symbol, base, quote, margin, MarketType.PERPETUAL, null, null);
    }

    /** A dated future. */
    public static Instrument future(String symbol, String base, String quote, String margin, Instant expiration) {
        return of(symbol, base, quote, margin, MarketType.FUTURE, expiration, null);
    }

    /** A call or put; {@code quote} is the currency of the strike. */
    public static Instrument option(
            String symbol,
            String base,
            String quote,
            String margin,
            MarketType type,
            Instant expiration,
            BigDecimal strike) {
        return of(symbol, base, quote, margin, type, expiration, strike);
    }

    private static Instrument of(
            String symbol,
            String base,
            String quote,
            String margin,
            MarketType type,
            @Nullable Instant expiration,
            @Nullable BigDecimal strike) {
        Assets.Multiplied coin = Assets.multiplied(base);
        String canonicalMargin = Assets.canonical(margin);
        Structure structure = canonicalMargin.equals(Assets.canonical(base)) || canonicalMargin.equals(coin.asset())
                ? Structure.INVERSE
                : Structure.LINEAR;
        return new Instrument(
                symbol,
                new Coins(coin.asset(), Assets.canonical(quote), canonicalMargin, coin.multiplier(), AssetClass.CRYPTO),
                new Contract(type, structure, expiration, strike, null),
                Status.OBSERVED,
                ITSELF);
    }

    /** The name rows use: the symbol, of another exchange the market id, as two exchanges can have the same symbol. */
    public String key() {
        return exchange() == null ? symbol : exchange() + "-" + symbol + (type().isOption() ? "-option" : "-future");
    }

    /** The same with a contract size, in the unit of the list; null where the list has no such field. */
    public Instrument contractSize(@Nullable BigDecimal size) {
        return with(new Contract(type(), structure(), expiration(), strike(), size));
    }

    /** The same with a structure the assets do not tell. */
    public Instrument structure(Structure other) {
        return with(new Contract(type(), other, expiration(), strike(), contractSize()));
    }

    /** The same with another status. */
    public Instrument status(Status other) {
        return new Instrument(symbol, coins, contract, other, reportedAs);
    }

    /** The same with another canonical base and the coins in one unit of the symbol's base, e.g. pepe and 1000 for kPEPE. */
    public Instrument base(String asset, BigDecimal multiplier) {
        return with(new Coins(asset, quote(), margin(), multiplier, assetClass()));
    }

    /**
     * The same of another class; {@code asset} is the base as it stands, e.g. the stock's ticker, since no number in the
     * name of what is no coin is a multiplier. A coin stays as the factory made it.
     */
    public Instrument assetClass(AssetClass other, String asset) {
        return other == AssetClass.CRYPTO
                ? this
                : with(new Coins(Assets.canonical(asset), quote(), margin(), BigDecimal.ONE, other));
    }

    /** The same of another exchange and product line, as an aggregator reports it; a null venue is the one it was read from. */
    public Instrument of(String exchange, String venue) {
        return new Instrument(symbol, coins, contract, status, new ReportedAs(exchange, venue));
    }

    /** Canonical base asset. */
    public String base() {
        return coins.base();
    }

    /** Canonical quote asset. */
    public String quote() {
        return coins.quote();
    }

    /** Canonical margin asset. */
    public String margin() {
        return coins.margin();
    }

    /** Coins of the base in one unit of the symbol's base. */
    public BigDecimal multiplier() {
        return coins.multiplier();
    }

    /** Class of the base. */
    public AssetClass assetClass() {
        return coins.assetClass();
    }

    /** Kind of contract. */
    public MarketType type() {
        return contract.type();
    }

    /** Linear, inverse or quanto. */
    public Structure structure() {
        return contract.structure();
    }

    /** The time it expires; null for perpetuals. */
    public @Nullable Instant expiration() {
        return contract.expiration();
    }

    /** Strike price; null but for options. */
    public @Nullable BigDecimal strike() {
        return contract.strike();
    }

    /** Size of one contract in the unit of the list; null where it says nothing. */
    public @Nullable BigDecimal contractSize() {
        return contract.size();
    }

    /** Exchange of the market; null for the venue's own. */
    public @Nullable String exchange() {
        return reportedAs.exchange();
    }

    /** Venue id to report it under; null for the one it was read from. */
    public @Nullable String venue() {
        return reportedAs.venue();
    }

    private Instrument with(Coins other) {
        return new Instrument(symbol, other, contract, status, reportedAs);
    }

    private Instrument with(Contract other) {
        return new Instrument(symbol, coins, other, status, reportedAs);
    }
}
