package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.YearMonth;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CmeTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "2026-11, 2026-11-27T16:00:00Z",
        "2026-10, 2026-10-30T16:00:00Z",
        // summer time in London
        "2027-06, 2027-06-25T15:00:00Z",
        // Christmas, and Boxing Day after it
        "2026-12, 2026-12-24T16:00:00Z",
        "2025-12, 2025-12-24T16:00:00Z",
        // Good Friday
        "2027-03, 2027-03-25T16:00:00Z",
        "2024-03, 2024-03-28T16:00:00Z",
        // the Friday before a New Year on a Saturday
        "2021-12, 2021-12-31T16:00:00Z",
        "2027-12, 2027-12-31T16:00:00Z",
    })
    void endsOnTheLastFridayThatIsABusinessDayInLondonAndNewYork(YearMonth month, Instant end) {
        assertThat(Cme.expiration(month)).isEqualTo(end);
    }
}
