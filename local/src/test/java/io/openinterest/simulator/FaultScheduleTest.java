package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.simulator.FaultSchedule.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FaultScheduleTest {

    private static final Set<String> VENUES = Set.of("okx", "bybit-linear");

    @TempDir
    private Path folder;

    @Test
    void tellsWhatChangesAndTheLastEntryCounts() throws IOException {
        FaultSchedule faults = read("""
                - {venue: "*", at: 10s, for: 1m, kind: html}
                - {venue: okx, at: 30s, for: 10s, kind: rate-limit, retry-after: 30s}
                """);

        assertThat(changed(faults, 0)).isEmpty();
        assertThat(changed(faults, 10)).containsExactlyInAnyOrder("okx", "bybit-linear");
        assertThat(changed(faults, 20)).isEmpty();
        assertThat(changed(faults, 30)).containsExactly("okx");
        assertThat(changed(faults, 40)).containsExactly("okx");
        assertThat(changed(faults, 70)).containsExactlyInAnyOrder("okx", "bybit-linear");
        assertThat(changed(faults, 1000)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void readsEveryKind(Kind kind) throws IOException {
        String name = kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        FaultSchedule faults = read("- {venue: okx, kind: " + name + "}");

        assertThat(faults.entries())
                .containsExactly(new FaultSchedule.Entry("okx", Duration.ZERO, Duration.ofMinutes(1), kind, null));
        assertThat(faults.changes(Duration.ZERO, Clock.systemUTC()).get("okx")).isNotNull();
    }

    @Test
    void chanceIsTheSameForTheSameSeed() {
        FaultSchedule one = FaultSchedule.random(7, VENUES, Duration.ofMinutes(10));

        assertThat(FaultSchedule.random(7, VENUES, Duration.ofMinutes(10)).entries())
                .isEqualTo(one.entries());
        assertThat(FaultSchedule.random(8, VENUES, Duration.ofMinutes(10)).entries())
                .isNotEqualTo(one.entries());
        assertThat(one.entries()).hasSizeBetween(25, 32);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 1 | it is no list of faults",
                "- {venue: ftx, kind: html} | there is no simulated venue ftx, allowed are * and [bybit-linear, okx]",
                "- {venue: okx, kind: rain} | there is no kind \"rain\", allowed are random, rate-limit, ban",
                "- {venue: okx, at: soon, kind: html} | at is \"soon\", allowed is a duration such as 30s or 5m of less than a week",
                "- {venue: okx, for: 999999999h, kind: random} | for is \"999999999h\", allowed is a duration such as 30s or 5m of less than a week",
                "- {venue: okx, wehn: 3s, kind: html} | there is no key wehn, allowed are venue, at, for, kind",
                "'[' | it can't be read as YAML"
            })
    void saysInOneSentenceWhatIsWrong(String text, String sentence) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(sentence);
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> FaultSchedule.read(folder.resolve("faults.yml"), VENUES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("it does not exist");
    }

    private static Set<String> changed(FaultSchedule faults, long seconds) {
        return faults.changes(Duration.ofSeconds(seconds), Clock.systemUTC()).keySet();
    }

    private FaultSchedule read(String text) throws IOException {
        return FaultSchedule.read(Files.writeString(folder.resolve("faults.yaml"), text), VENUES);
    }
}
