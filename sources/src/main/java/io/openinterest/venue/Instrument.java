package io.openinterest.venue;

import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Structure;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * One entry of a venue's instrument list. The factories take assets as the venue writes them and make them canonical:
 * lower case, {@code XBT} is btc, and {@code 1000PEPE} is pepe with multiplier 1000.
 *
 * @param symbol as the venue writes it
 * @param base canonical base asset
 * @param quote canonical quote asset; an option's is the currency of its strike
 * @param margin canonical margin asset
 * @param type kind of contract
 * @param structure inverse where margin and base are the same asset unless the venue says otherwise, else linear
 * @param expiration null for perpetuals
 * @param strike null but for options
 * @param contractSize what the list says one contract is, in its own unit (base for linear, quote for inverse); null
 *     where it says nothing
 * @param multiplier coins of {@code base} in one unit of the symbol's base; 1 unless the symbol is multiplied
 * @param assetClass class of the base
 * @param status whether it is observed
 * @param exchange exchange of the market; null for the venue's own
 * @param venue venue id to report it under; null for the one it was read from
 */
public record Instrument(
        String symbol,
        String base,
        String quote,
        String margin,
        MarketType type,
        Structure structure,
        Instant expiration,
        BigDecimal strike,
        BigDecimal contractSize,
        BigDecimal multiplier,
        AssetClass assetClass,
        Status status,
        String exchange,
        String venue) {

    /** What the list says of a market. */
    public enum Status {
        /** Its open interest is observed. */
        OBSERVED,
        /** Listed but not observed: not open yet, or suspended; it goes stale. */
        SUSPENDED,
        /** Closed, delivered or settled: one last observation says so. */
        DELISTED
    }

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
            Instant expiration,
            BigDecimal strike) {
        Assets.Multiplied coin = Assets.multiplied(base);
        String canonicalMargin = Assets.canonical(margin);
        Structure structure = canonicalMargin.equals(Assets.canonical(base)) || canonicalMargin.equals(coin.asset())
                ? Structure.INVERSE
                : Structure.LINEAR;
        return new Instrument(
                symbol,
                coin.asset(),
                Assets.canonical(quote),
                canonicalMargin,
                type,
                structure,
                expiration,
                strike,
                null,
                coin.multiplier(),
                AssetClass.CRYPTO,
                Status.OBSERVED,
                null,
                null);
    }

    /** What rows call it: the symbol, of another exchange the market id, as two exchanges can have the same symbol. */
    public String key() {
        return exchange == null ? symbol : exchange + "-" + symbol + (type.isOption() ? "-option" : "-future");
    }

    /** With a contract size, in the unit of the list. */
    public Instrument contractSize(BigDecimal size) {
        return new Instrument(
                symbol,
                base,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                size,
                multiplier,
                assetClass,
                status,
                exchange,
                venue);
    }

    /** With a structure the assets do not tell. */
    public Instrument structure(Structure other) {
        return new Instrument(
                symbol,
                base,
                quote,
                margin,
                type,
                other,
                expiration,
                strike,
                contractSize,
                multiplier,
                assetClass,
                status,
                exchange,
                venue);
    }

    /** With another status. */
    public Instrument status(Status other) {
        return new Instrument(
                symbol,
                base,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                contractSize,
                multiplier,
                assetClass,
                other,
                exchange,
                venue);
    }

    /** With another canonical base and the coins in one unit of the symbol's base, e.g. pepe and 1000 for kPEPE. */
    public Instrument base(String asset, BigDecimal coins) {
        return new Instrument(
                symbol,
                asset,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                contractSize,
                coins,
                assetClass,
                status,
                exchange,
                venue);
    }

    /** Of another class than crypto; {@code asset} is the base as it stands, e.g. the stock's ticker. */
    public Instrument assetClass(AssetClass other, String asset) {
        return new Instrument(
                symbol,
                Assets.canonical(asset),
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                contractSize,
                BigDecimal.ONE,
                other,
                status,
                exchange,
                venue);
    }

    /** Of another exchange, as an aggregator reports it. */
    public Instrument of(String otherExchange, String otherVenue) {
        return new Instrument(
                symbol,
                base,
                quote,
                margin,
                type,
                structure,
                expiration,
                strike,
                contractSize,
                multiplier,
                assetClass,
                status,
                otherExchange,
                otherVenue);
    }
}
