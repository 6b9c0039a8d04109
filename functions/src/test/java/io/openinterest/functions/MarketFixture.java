package io.openinterest.functions;

import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Structure;
import java.math.BigDecimal;
import java.time.Instant;

/** Observations for tests: a linear Binance BTC perpetual unless said otherwise. */
public final class MarketFixture {

    private String exchange = "binance";
    private String symbol = "BTCUSDT";
    private String base = "btc";
    private String quote = "usdt";
    private MarketType type = MarketType.PERPETUAL;
    private Instant expiration;
    private BigDecimal strike;
    private AssetClass assetClass = AssetClass.CRYPTO;
    private int sides = 1;
    private boolean delisted;

    private MarketFixture() {}

    public static MarketFixture market() {
        return new MarketFixture();
    }

    MarketFixture on(String name) {
        exchange = name;
        return this;
    }

    public MarketFixture symbol(String text, String baseAsset, String quoteAsset) {
        symbol = text;
        base = baseAsset;
        quote = quoteAsset;
        return this;
    }

    MarketFixture call(String expires, String at) {
        type = MarketType.CALL;
        expiration = Instant.parse(expires);
        strike = new BigDecimal(at);
        return this;
    }

    /** Dated; null where the expiration is left out. */
    public MarketFixture future(String expires) {
        type = MarketType.FUTURE;
        expiration = expires == null ? null : Instant.parse(expires);
        return this;
    }

    public MarketFixture sides(int counted) {
        sides = counted;
        return this;
    }

    MarketFixture of(AssetClass stated) {
        assetClass = stated;
        return this;
    }

    public MarketFixture delisted() {
        delisted = true;
        return this;
    }

    /** One-sided contracts of one coin each at a price. */
    public Observation at(String time, String contracts, String price) {
        BigDecimal amount = delisted ? BigDecimal.ZERO : new BigDecimal(contracts);
        BigDecimal priceUsd = delisted ? null : new BigDecimal(price);
        return new Observation(
                exchange + "-" + symbol + (type.isOption() ? "-option" : "-future"),
                Instant.parse(time),
                exchange,
                exchange + "-test",
                symbol,
                assetClass,
                base,
                quote,
                quote,
                type,
                Structure.LINEAR,
                expiration,
                strike,
                amount.multiply(BigDecimal.valueOf(sides)),
                BigDecimal.ONE,
                sides,
                amount,
                priceUsd,
                "mark",
                delisted ? BigDecimal.ZERO : amount.multiply(priceUsd),
                null,
                null,
                null,
                null,
                null,
                Instant.parse(time),
                delisted,
                "rest");
    }
}
