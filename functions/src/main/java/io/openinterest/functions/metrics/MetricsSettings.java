package io.openinterest.functions.metrics;

import io.openinterest.functions.record.CorrectionWindow;
import java.io.Serializable;
import java.math.BigDecimal;

/**
 * The configuration of metrics.
 *
 * @param priceBand relative price move up to which the regime is neutral
 * @param returnBand return up to which the regime is neutral
 * @param corrections how long a published record may still be corrected
 */
public record MetricsSettings(BigDecimal priceBand, BigDecimal returnBand, CorrectionWindow corrections)
        implements Serializable {}
