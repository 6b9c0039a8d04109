package io.openinterest.venue;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Canonical asset names. */
public final class Assets {

    private static final Set<String> DOLLARS =
            Set.of("usd", "usdt", "usdc", "fdusd", "usde", "usds", "dai", "busd", "tusd");

    /** 1000PEPE, 10000SATS, 1MBABYDOGE; 1INCH is a name. */
    private static final Pattern PREFIX = Pattern.compile("(10{2,8}|1M)([A-Z\\p{IsHan}].*)");
    /** SHIB1000 as Bybit writes it; US100 is an index. */
    private static final Pattern SUFFIX = Pattern.compile("([A-Z]+)(10{3,8})");

    private Assets() {}

    /**
     * A base whose unit is many coins.
     *
     * @param asset canonical name of the coin
     * @param multiplier coins in one unit
     */
    public record Multiplied(String asset, BigDecimal multiplier) {}

    /** Lower case, XBT is btc. */
    public static String canonical(String asset) {
        String lower = asset.toLowerCase(Locale.ROOT);
        return lower.equals("xbt") ? "btc" : lower;
    }

    /** True for the dollar and the stablecoins that count as one dollar unless the user sets a rate. */
    public static boolean isDollar(String canonical) {
        return DOLLARS.contains(canonical);
    }

    /** The coin behind a multiplied base (10^n with n of 2 or more, 1M); any other base is itself times 1. */
    public static Multiplied multiplied(String base) {
        Matcher prefix = PREFIX.matcher(base);
        if (prefix.matches()) {
            String factor = prefix.group(1);
            return new Multiplied(
                    canonical(prefix.group(2)),
                    factor.equals("1M") ? new BigDecimal(1_000_000) : new BigDecimal(factor));
        }
        Matcher suffix = SUFFIX.matcher(base);
        if (suffix.matches()) {
            return new Multiplied(canonical(suffix.group(1)), new BigDecimal(suffix.group(2)));
        }
        return new Multiplied(canonical(base), BigDecimal.ONE);
    }
}
