package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertLineTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            quantity_change_pct.5m  | 0.02609263  | quantity change +2.61 % in 5m
            quantity_change_pct.24h | -0.1        | quantity change -10.00 % in 24h
            quantity_change_usd.1h  | -8364321.53 | quantity change -8.4 million USD in 1h
            new_high_24h            | 1           | new high 24h
            leader_changed          | 1           | leader changed
            coverage                | 0.5         | coverage 50.00 %
            put_call_ratio          | 1.51234     | put call ratio 1.51
            max_age_ms              | 300000      | max age ms 300000
            """)
    void aFigureIsSaidInItsUnit(String metric, String value, String words) throws IOException {
        assertThat(AlertLine.of(new ObjectMapper().readTree("""
                {"time": "2026-03-01T07:00:00Z", "severity": "warning", "level": "exchange-asset",
                 "id": "cryptocom-pepe", "metric": "%s", "value": %s, "rule_id": "my-rule",
                 "evidence": {"value_usd": "8364321.534078"}}""".formatted(metric, value))))
                .isEqualTo("2026-03-01T07:00:00Z  WARNING  exchange-asset cryptocom-pepe: " + words
                        + ", open interest 8.4 million USD  [my-rule]");
    }

    @Test
    void dollarsAreRounded() {
        assertThat(AlertLine.usd(new BigDecimal("66281542171"))).isEqualTo("66.3 billion USD");
        assertThat(AlertLine.usd(new BigDecimal("999.94"))).isEqualTo("999.9 USD");
        assertThat(AlertLine.usd(new BigDecimal("-1e18"))).isEqualTo("-1,000,000.0 trillion USD");
    }

    @Test
    void aRecordOfSomebodyElseIsSaidAsFarAsItGoes() throws IOException {
        assertThat(AlertLine.of(new ObjectMapper().readTree("{\"value\": \"n/a\"}")))
                .isNotBlank();
    }
}
