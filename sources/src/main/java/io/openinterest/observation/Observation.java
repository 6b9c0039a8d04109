package io.openinterest.observation;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The open interest of one market as one venue reported it: the Coin Metrics market-openinterest record, completed so
 * that units, sides and prices need no guessing. The components stand in the order of the published record.
 *
 * <p>Numbers are the venue's own decimals, never rounded; quotients have 16 decimals. Times are UTC, milliseconds.
 *
 * @param market {@code <exchange>-<symbol>-future} or {@code -option}, a valid Coin Metrics market id
 * @param time the as-of time; event time everywhere
 * @param exchange the exchange the market belongs to, e.g. {@code binance}
 * @param venue the product line it was read from, e.g. {@code binance-usdm}
 * @param symbol the symbol as the venue writes it
 * @param assetClass class of the base asset
 * @param base lower-case canonical base asset
 * @param quote lower-case canonical quote asset; an option's quote is the currency of its strike
 * @param margin lower-case canonical margin asset
 * @param type kind of contract
 * @param structure linear, inverse or quanto
 * @param expiration null for perpetuals
 * @param strike null but for options
 * @param contractCount contracts, counted as the venue counts (see {@code sides})
 * @param contractSize what the instrument list says one contract is, in the unit it uses; null where it says nothing
 * @param sides 1 or 2: how many sides of a contract {@code contractCount} counts
 * @param amountBase one-sided open interest in the base coin
 * @param priceUsd USD price of one base coin; null only when delisted
 * @param priceSource {@code mark}, {@code index}, {@code last} or {@code venue-value}
 * @param valueUsd one-sided notional in USD
 * @param marketValueUsd options: one-sided premium value in USD; null where the venue publishes none
 * @param fundingRate fraction of notional per {@code fundingIntervalHours}; null where the payload carries none
 * @param fundingIntervalHours hours between fundings; null means 8
 * @param volume24hUsd traded value of the last 24 hours in USD; null where the payload carries none
 * @param exchangeTime what the venue reported, else null
 * @param databaseTime when the job received it; null in old recordings, which counts as older than any
 * @param delisted true on the one last observation of a market that is no longer listed
 * @param origin text of the {@link Origin}; of a record that was read what stood there, of the list or not, null where
 *     nothing did
 */
public record Observation(
        String market,
        Instant time,
        String exchange,
        String venue,
        String symbol,
        AssetClass assetClass,
        String base,
        String quote,
        String margin,
        MarketType type,
        Structure structure,
        Instant expiration,
        BigDecimal strike,
        BigDecimal contractCount,
        BigDecimal contractSize,
        int sides,
        BigDecimal amountBase,
        BigDecimal priceUsd,
        String priceSource,
        BigDecimal valueUsd,
        BigDecimal marketValueUsd,
        BigDecimal fundingRate,
        BigDecimal fundingIntervalHours,
        @JsonProperty("volume_24h_usd") BigDecimal volume24hUsd,
        Instant exchangeTime,
        Instant databaseTime,
        boolean delisted,
        String origin) {

    private static final BigDecimal MAX_VALUE_USD = new BigDecimal("1e12");

    /** Whether it is worth more than any market is, 10^12 USD: implausible whatever came before it. */
    public boolean exceedsAnyMarket() {
        return valueUsd.compareTo(MAX_VALUE_USD) > 0;
    }

    /** The base as totals know it: {@code btc}, for another class than crypto {@code equity:meta}. */
    public String asset() {
        return assetClass == AssetClass.CRYPTO ? base : assetClass.text() + ":" + base;
    }
}
