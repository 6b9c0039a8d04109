package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.openinterest.functions.record.AlertEvent;
import io.openinterest.functions.record.AlertEvent.Kind;
import io.openinterest.functions.record.AlertEvent.Severity;
import io.openinterest.functions.record.AlertEvent.State;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Evidence.Verdict;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertContradictionsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private KeyedOneInputStreamOperatorTestHarness<String, Evidence, AlertEvent> operator;

    @BeforeEach
    void start() throws Exception {
        operator = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new AlertContradictions(Map.of("bybit-linear", "bybit"))),
                Evidence::venue,
                Types.STRING);
        operator.open();
    }

    @AfterEach
    void stop() throws Exception {
        operator.close();
    }

    @Test
    void aContradictionOpensOneAlertThatTheNextOtherVerdictResolves() throws Exception {
        tell(0, "own-value", Verdict.CONFIRMED, "1.0002");
        tell(1, "own-value", Verdict.CONTRADICTED, "2");
        tell(61, "own-value", Verdict.CONTRADICTED, "2.5");
        tell(62, "own-value", Verdict.CONFIRMED, "1.001");

        assertThat(events())
                .extracting(
                        AlertEvent::alertId,
                        AlertEvent::state,
                        event -> event.figures().value(),
                        event -> event.figures().peak())
                .containsExactly(
                        tuple(
                                "evidence-bybit-linear-own-value/exchange:bybit/2026-11-20T12:01:00Z",
                                State.OPEN,
                                new BigDecimal("2"),
                                new BigDecimal("2")),
                        tuple(
                                "evidence-bybit-linear-own-value/exchange:bybit/2026-11-20T12:01:00Z",
                                State.RESOLVED,
                                new BigDecimal("1.001"),
                                new BigDecimal("2.5")));
        assertThat(events()).allSatisfy(event -> {
            assertThat(event.rule().kind()).isEqualTo(Kind.DATA_QUALITY);
            assertThat(event.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(event.figures().metric()).isEqualTo("evidence_own_value");
            assertThat(event.occasion().id()).isEqualTo("bybit");
            assertThat(event.message()).startsWith("bybit-linear, own-value contradicts");
        });
    }

    @Test
    void eachCheckOfEachVenueHasAnAlertOfItsOwn() throws Exception {
        tell(1, "sides", Verdict.CONTRADICTED, "2");
        tell(1, "shape", Verdict.CONTRADICTED, "3");

        assertThat(events())
                .extracting(event -> event.rule().ruleId(), AlertEvent::severity)
                .containsExactly(
                        tuple("evidence-bybit-linear-sides", Severity.CRITICAL),
                        tuple("evidence-bybit-linear-shape", Severity.WARNING));
    }

    @Test
    void aCheckThatIsNoLongerMadeEndsItsAlert() throws Exception {
        tell(1, "factor", Verdict.CONTRADICTED, "2");
        tell(60, "factor", Verdict.CONTRADICTED, "2");
        pass(179);
        assertThat(events()).hasSize(1);

        pass(180);

        assertThat(events().get(1).state()).isEqualTo(State.EXPIRED);
        assertThat(events().get(1).figures().value()).isNull();
        assertThat(events().get(1).message()).contains("not made since 2026-11-20T13:00:00Z");
    }

    private void tell(int minute, String check, Verdict verdict, String figure) throws Exception {
        Instant time = NOON.plusSeconds(minute * 60L);
        operator.processElement(
                new Evidence(
                        time, "bybit-linear", check, verdict, new BigDecimal(figure), BigDecimal.ONE, "some figures"),
                time.toEpochMilli());
    }

    private void pass(int minute) throws Exception {
        operator.processWatermark(NOON.plusSeconds(minute * 60L).toEpochMilli());
    }

    private List<AlertEvent> events() {
        return operator.extractOutputValues();
    }
}
