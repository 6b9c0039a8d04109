package io.openinterest.benchmarks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;

/**
 * Made-up observations as lines of JSON: 10 exchanges and 400 assets, both skewed, more than half of the markets options;
 * one observation a market and minute, up to 20 seconds out of order. The same numbers give the same observations.
 */
final class ObservationLines {

    /** One in so many is late, where some are. */
    static final int ONE_IN = 5;

    private static final String[] EXCHANGES = {
        "binance", "bybit", "okx", "deribit", "bitfinex", "kraken", "htx", "gate", "bitget", "mexc"
    };
    private static final int ASSETS = 400;
    private static final int MINUTE = 60_000;
    private static final int LATE = 3 * MINUTE;
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

    private ObservationLines() {}

    private record Market(
            String exchange, String asset, boolean option, int sides, double price, String quote, double contracts) {}

    private record Line(long arrival, String text) {}

    /** Writes the observations of so many markets and minutes to a file. */
    static void write(Path file, int markets, int minutes) throws IOException {
        write(file, markets, minutes, minute -> minute, false);
    }

    /** Writes the same observations with one in {@link #ONE_IN} three minutes late. */
    static void writeLate(Path file, int markets, int minutes) throws IOException {
        write(file, markets, minutes, minute -> minute, true);
    }

    /** Writes two minutes of observations with so many silent ones between them. */
    static void writeGap(Path file, int markets, int silent) throws IOException {
        write(file, markets, 2, minute -> minute * (1 + silent), false);
    }

    private static void write(Path file, int markets, int minutes, IntUnaryOperator when, boolean someLate)
            throws IOException {
        Random random = new Random(7);
        List<Market> all = markets(markets, random);
        List<Line> lines = new ArrayList<>(markets);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int minute = 0; minute < minutes; minute++) {
                long start = START.toEpochMilli() + (long) when.applyAsInt(minute) * MINUTE;
                writeUntil(start, lines, out);
                for (int i = 0; i < markets; i++) {
                    long time = start + random.nextInt(MINUTE);
                    long arrival = time + random.nextInt(20_000);
                    boolean isLate = someLate && (i + minute) % ONE_IN == 0;
                    lines.add(new Line(isLate ? arrival + LATE : arrival, line(all.get(i), i, time, random)));
                }
            }
            writeUntil(Long.MAX_VALUE, lines, out);
        }
    }

    /** Writes the lines that arrive before a time. */
    private static void writeUntil(long time, List<Line> lines, BufferedWriter out) throws IOException {
        lines.sort(Comparator.comparingLong(Line::arrival));
        int written = 0;
        while (written < lines.size() && lines.get(written).arrival() < time) {
            out.write(lines.get(written++).text());
            out.write('\n');
        }
        lines.subList(0, written).clear();
    }

    private static List<Market> markets(int count, Random random) {
        double[] weights = new double[ASSETS];
        double sum = 0;
        for (int i = 0; i < ASSETS; i++) {
            sum += Math.pow(i + 1, -0.7);
            weights[i] = sum;
        }
        String[] quotes = {"usdt", "usdt", "usdt", "usdc", "usd"};
        List<Market> markets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int exchange = (int) Math.min(-Math.log(1 - random.nextDouble()) / 0.35, EXCHANGES.length - 1);
            double pick = random.nextDouble() * sum;
            int asset = 0;
            while (weights[asset] < pick) {
                asset++;
            }
            markets.add(new Market(
                    EXCHANGES[exchange],
                    "c%03d".formatted(asset),
                    random.nextDouble() < 0.55,
                    exchange == 1 || exchange == 6 || exchange == 7 ? 2 : 1,
                    Math.pow(10, -2 + 6.5 * random.nextDouble()),
                    quotes[random.nextInt(quotes.length)],
                    Math.pow(10, 2 + 4 * random.nextDouble())));
        }
        return markets;
    }

    private static String line(Market market, int number, long time, Random random) {
        String type = !market.option() ? "perpetual" : number % 2 == 0 ? "put" : "call";
        String symbol = market.asset().toUpperCase(java.util.Locale.ROOT) + number;
        BigDecimal count = decimal(market.contracts() * (0.99 + 0.02 * random.nextDouble()), 3);
        BigDecimal price = decimal(market.price() * (0.995 + 0.01 * random.nextDouble()), 4)
                .max(new BigDecimal("0.01"));
        BigDecimal amount = count.divide(BigDecimal.valueOf(market.sides()), 4, RoundingMode.HALF_EVEN);
        BigDecimal value = amount.multiply(price).stripTrailingZeros();
        String instant = "\"" + Instant.ofEpochMilli(time) + "\"";
        boolean isInverse = market.quote().equals("usd");
        return "{\"market\":\"" + market.exchange() + "-" + symbol + (market.option() ? "-option" : "-future")
                + "\",\"time\":" + instant
                + ",\"exchange\":\"" + market.exchange()
                + "\",\"venue\":\"" + market.exchange()
                + "\",\"symbol\":\"" + symbol
                + "\",\"asset_class\":\"crypto\",\"base\":\"" + market.asset()
                + "\",\"quote\":\"" + market.quote()
                + "\",\"margin\":\"" + (isInverse ? market.asset() : market.quote())
                + "\",\"type\":\"" + type
                + "\",\"structure\":\"" + (isInverse ? "inverse" : "linear")
                + "\",\"expiration\":" + (market.option() ? "\"2026-12-25T08:00:00Z\"" : "null")
                + ",\"strike\":"
                + (market.option() ? plain(decimal(market.price() * (0.5 + number % 40 / 40.0), 2)) : "null")
                + ",\"contract_count\":" + plain(count)
                + ",\"contract_size\":1,\"sides\":" + market.sides()
                + ",\"amount_base\":" + plain(amount)
                + ",\"price_usd\":" + plain(price)
                + ",\"price_source\":\"mark\",\"value_usd\":" + plain(value)
                + ",\"market_value_usd\":"
                + (market.option()
                        ? plain(value.multiply(new BigDecimal("0.03")).setScale(6, RoundingMode.HALF_EVEN))
                        : "null")
                + ",\"funding_rate\":"
                + (market.option() ? "null" : plain(decimal(-0.0001 + 0.0004 * random.nextDouble(), 8)))
                + ",\"funding_interval_hours\":" + (market.option() ? "null" : "8")
                + ",\"volume_24h_usd\":"
                + (market.option()
                        ? "null"
                        : plain(value.multiply(decimal(0.5 + 2.5 * random.nextDouble(), 2))
                                .setScale(2, RoundingMode.HALF_EVEN)))
                + ",\"exchange_time\":" + instant
                + ",\"database_time\":" + instant
                + ",\"delisted\":false,\"origin\":\"rest\"}";
    }

    private static BigDecimal decimal(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_EVEN);
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
