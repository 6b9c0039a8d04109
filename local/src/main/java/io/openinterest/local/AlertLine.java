package io.openinterest.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** An alert as a person says it: a percentage, millions of dollars, a yes or no in words. */
final class AlertLine {

    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final String[] UNITS = {"", " thousand", " million", " billion", " trillion"};

    private AlertLine() {}

    /**
     * One line.
     *
     * @param alert record of the topic of alerts
     */
    static String of(JsonNode alert) {
        String metric = alert.path("metric").asText();
        String name = metric.replaceFirst("\\..*", "");
        String horizon = metric.contains(".") ? " in " + metric.substring(metric.indexOf('.') + 1) : "";
        String entity = alert.path("level").asText() + " " + alert.path("id").asText();
        BigDecimal openInterest = decimal(alert.at("/evidence/value_usd"));
        return "%s  %s  %s: %s%s%s  [%s]"
                .formatted(
                        alert.path("time").asText(),
                        alert.path("severity").asText().toUpperCase(Locale.ROOT),
                        entity,
                        figure(name, decimal(alert.path("value"))),
                        horizon,
                        openInterest == null ? "" : ", open interest " + usd(openInterest),
                        alert.path("rule_id").asText());
    }

    private static String figure(String metric, BigDecimal value) {
        String words = metric.replaceAll("_(pct|usd)$", "").replace('_', ' ');
        if (value == null) {
            return words;
        }
        if (metric.startsWith("new_") || metric.endsWith("_changed") || metric.startsWith("is_")) {
            return value.signum() == 0 ? "no " + words : words;
        }
        if (metric.endsWith("_pct")) {
            return words + " " + signed(value.movePointRight(2), 2) + " %";
        }
        if (metric.endsWith("_usd")) {
            return words + " " + usd(value);
        }
        if (metric.equals("coverage") || metric.startsWith("share_of")) {
            return words + " "
                    + value.movePointRight(2)
                            .setScale(2, RoundingMode.HALF_EVEN)
                            .toPlainString() + " %";
        }
        return words + " "
                + value.setScale(Math.min(Math.max(value.scale(), 0), 2), RoundingMode.HALF_EVEN)
                        .toPlainString();
    }

    private static String signed(BigDecimal value, int digits) {
        return String.format(Locale.ROOT, "%+." + digits + "f", value);
    }

    /** Three or four significant digits and a word. */
    static String usd(BigDecimal value) {
        BigDecimal rest = value.abs();
        int unit = 0;
        while (rest.compareTo(THOUSAND) >= 0 && unit < UNITS.length - 1) {
            rest = rest.movePointLeft(3);
            unit++;
        }
        return String.format(Locale.ROOT, "%s%,.1f%s USD", value.signum() < 0 ? "-" : "", rest, UNITS[unit]);
    }

    private static BigDecimal decimal(JsonNode value) {
        try {
            return value.isNumber() || value.isTextual() ? new BigDecimal(value.asText()) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
