package io.openinterest.functions.metrics;

import java.io.Serializable;
import java.math.BigDecimal;
import java.time.Duration;

/**
 * What the configuration says about metrics.
 *
 * @param priceBand relative price move up to which the regime is neutral
 * @param returnBand return up to which the regime is neutral
 * @param allowedLateness how long a published record may still be corrected
 */
public record MetricsSettings(BigDecimal priceBand, BigDecimal returnBand, Duration allowedLateness)
        implements Serializable {}
