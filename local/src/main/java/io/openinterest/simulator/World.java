package io.openinterest.simulator;

import io.openinterest.observation.AssetClass;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A small coherent market: prices and positions that move smoothly, together across the venues, and now and then by a
 * few per cent within minutes.
 *
 * <p>Every figure is a function of seed, contract and instant alone. So what a venue says of the past is what it said
 * then, a fixed clock gives fixed figures, and nothing is kept in memory.
 */
final class World {

    static final Duration MINUTE = Duration.ofMinutes(1);
    static final Duration MINUTES_20 = Duration.ofMinutes(20);
    static final Duration HOURS_3 = Duration.ofHours(3);
    static final Duration HOURS_12 = Duration.ofHours(12);

    private static final Duration BURST_EVERY = Duration.ofMinutes(10);
    private static final double BURST_RISE_MILLIS = Duration.ofMinutes(4).toMillis();
    private static final double BURST_FALL_MILLIS = Duration.ofMinutes(40).toMillis();

    /** Prices and sizes of autumn 2026, rounded. */
    private static final List<Asset> ASSETS = List.of(
            new Asset("BTC", AssetClass.CRYPTO, 86_000, 310_000),
            new Asset("ETH", AssetClass.CRYPTO, 2_700, 7_200_000),
            new Asset("SOL", AssetClass.CRYPTO, 135, 38_000_000),
            new Asset("XRP", AssetClass.CRYPTO, 1.9, 1_400_000_000),
            new Asset("DOGE", AssetClass.CRYPTO, 0.14, 4_500_000_000d),
            new Asset("BNB", AssetClass.CRYPTO, 820, 1_200_000),
            new Asset("ADA", AssetClass.CRYPTO, 0.42, 900_000_000),
            new Asset("HYPE", AssetClass.CRYPTO, 38, 32_000_000),
            new Asset("PEPE", AssetClass.CRYPTO, 0.0000062, 120_000_000_000_000d),
            new Asset("XAUT", AssetClass.CRYPTO, 4_100, 45_000),
            new Asset("币安人生", AssetClass.CRYPTO, 0.12, 300_000_000),
            new Asset("TSLA", AssetClass.EQUITY, 410, 400_000),
            new Asset("XAU", AssetClass.COMMODITY, 4_100, 60_000));

    private final Clock clock;
    private final long seed;

    World(Clock clock, long seed) {
        this.clock = clock;
        this.seed = seed;
    }

    Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    List<Asset> assets() {
        return ASSETS;
    }

    /** The assets of these codes, in that order. */
    List<Asset> assets(String... codes) {
        return List.of(codes).stream().map(this::asset).toList();
    }

    Asset asset(String code) {
        return ASSETS.stream()
                .filter(asset -> asset.code().equals(code))
                .findFirst()
                .orElseThrow();
    }

    /** A perpetual of the venue on a share of the asset's open interest. */
    Contract perpetual(String venue, Asset asset, String symbol, double share) {
        return new Contract(this, key(venue, symbol), symbol, asset, share, null, null, false);
    }

    /** A dated future. */
    Contract future(String venue, Asset asset, String symbol, double share, Instant expiration) {
        return new Contract(this, key(venue, symbol), symbol, asset, share, expiration, null, false);
    }

    /** An option. */
    Contract option(
            String venue,
            Asset asset,
            String symbol,
            double share,
            Instant expiration,
            BigDecimal strike,
            boolean call) {
        return new Contract(this, key(venue, symbol), symbol, asset, share, expiration, strike, call);
    }

    /** The next quarterly expirations: last Fridays of March, June, September and December, 08:00 UTC. */
    List<Instant> quarters(int count) {
        return expirations(count, date -> {
            LocalDate end = date.withMonth((date.getMonthValue() - 1) / 3 * 3 + 3);
            LocalDate friday = end.with(TemporalAdjusters.lastInMonth(DayOfWeek.FRIDAY));
            return friday.isBefore(date)
                    ? end.plusMonths(3).with(TemporalAdjusters.lastInMonth(DayOfWeek.FRIDAY))
                    : friday;
        });
    }

    /** The next Fridays, 08:00 UTC. */
    List<Instant> fridays(int count) {
        return expirations(count, date -> date.with(TemporalAdjusters.nextOrSame(DayOfWeek.FRIDAY)));
    }

    /** Expirations as options have them: tomorrow's, the next two Fridays', the next two quarters', in order. */
    List<Instant> optionExpirations() {
        List<Instant> all = new ArrayList<>(expirations(1, UnaryOperator.identity()));
        all.addAll(fridays(2));
        all.addAll(quarters(2));
        return all.stream().distinct().sorted().toList();
    }

    /** Strikes from 70 % to 130 % of the price the asset moves around, on two significant digits; they never move. */
    List<BigDecimal> strikes(Asset asset) {
        return IntStream.rangeClosed(7, 13)
                .mapToObj(tenth -> BigDecimal.valueOf(asset.price() * tenth / 10))
                .map(strike -> strike.setScale(strike.scale() - strike.precision() + 2, RoundingMode.HALF_EVEN))
                .distinct()
                .toList();
    }

    /** USD price of an asset on the spot markets. */
    double index(Asset asset, Instant at) {
        long key = key("index", asset.code());
        double log = 0.05 * noise(key, at, HOURS_12)
                + 0.012 * noise(key ^ 1, at, HOURS_3)
                + 0.004 * noise(key ^ 2, at, MINUTES_20)
                + 0.0006 * noise(key ^ 3, at, MINUTE);
        return asset.price() * StrictMath.exp(log) * (1 + 0.2 * burst(asset, at));
    }

    /** Open interest of an asset against its usual, around 1: the part of the movement that all venues share. */
    double positions(Asset asset, long contract, Instant at) {
        long key = key("positions", asset.code());
        double ownPart = 1 + 0.4 * noise(contract, Instant.EPOCH, HOURS_12);
        return 1 + 0.06 * noise(key, at, HOURS_12) + 0.015 * noise(key ^ 1, at, HOURS_3) + ownPart * burst(asset, at);
    }

    /**
     * Between −1 and 1, smooth in time: values drawn per full period, joined by an easing curve.
     *
     * @param key which of the independent movements
     * @param period how long it takes from one drawn value to the next
     */
    double noise(long key, Instant at, Duration period) {
        long millis = at.toEpochMilli();
        long length = period.toMillis();
        long cell = Math.floorDiv(millis, length);
        double part = ease((millis - cell * length) / (double) length);
        double from = 2 * draw(key ^ length, cell) - 1;
        double to = 2 * draw(key ^ length, cell + 1) - 1;
        return from + (to - from) * part;
    }

    /** In every ten minutes one asset moves by 3 to 8 per cent within four, and back over the next forty. */
    private double burst(Asset asset, Instant at) {
        long length = BURST_EVERY.toMillis();
        long present = Math.floorDiv(at.toEpochMilli(), length);
        long key = key("burst", "");
        double sum = 0;
        for (long slot = present - 5; slot <= present; slot++) {
            if (ASSETS.get((int) (draw(key, slot) * ASSETS.size())).equals(asset)) {
                double age = at.toEpochMilli() - slot * length - draw(key ^ 1, slot) * length / 2;
                double size = (draw(key ^ 2, slot) < 0.6 ? 1 : -1) * (0.03 + 0.05 * draw(key ^ 3, slot));
                sum += size * shape(age);
            }
        }
        return sum;
    }

    private static double shape(double age) {
        if (age <= 0) {
            return 0;
        }
        return age < BURST_RISE_MILLIS
                ? ease(age / BURST_RISE_MILLIS)
                : Math.max(0, 1 - (age - BURST_RISE_MILLIS) / BURST_FALL_MILLIS);
    }

    private static double ease(double x) {
        return x * x * (3 - 2 * x);
    }

    private List<Instant> expirations(int count, UnaryOperator<LocalDate> next) {
        List<Instant> found = new ArrayList<>();
        Instant now = now();
        for (LocalDate date = now.atZone(ZoneOffset.UTC).toLocalDate(); found.size() < count; date = date.plusDays(1)) {
            date = next.apply(date);
            Instant expiration = date.atTime(LocalTime.of(8, 0)).toInstant(ZoneOffset.UTC);
            if (expiration.isAfter(now)) {
                found.add(expiration);
            }
        }
        return found;
    }

    private long key(String kind, String name) {
        long key = seed;
        for (char letter : (kind + ' ' + name).toCharArray()) {
            key = mix(key * 31 + letter);
        }
        return key;
    }

    /** Between 0 and 1, even, the same for the same arguments. */
    private static double draw(long key, long cell) {
        return (mix(key ^ mix(cell)) >>> 11) * 0x1.0p-53;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
