package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.openinterest.functions.alert.AlertRule;
import io.openinterest.functions.alert.RuleParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StartRulesTest {

    @Test
    void theRulesThatComeWithTheJobCanAllBeUsed() throws IOException {
        YAMLMapper yaml = YAMLMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();

        RuleParser rules = RuleParser.of(
                yaml.readTree(Path.of(System.getProperty("project.directory", ".."), "conf", "alert-rules.yaml")
                        .toFile()));

        assertThat(rules.quarantined()).isEmpty();
        assertThat(rules.rules()).hasSize(15);
        AlertRule build = rules.rules().get(0);
        assertThat(build.thresholds().warning()).isEqualTo(new BigDecimal("0.02"));
        assertThat(build.conditions().minValueUsd()).isEqualByComparingTo("5000000");
    }
}
