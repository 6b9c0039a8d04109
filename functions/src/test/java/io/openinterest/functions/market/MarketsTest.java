package io.openinterest.functions.market;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.Markets.MinutesOfMarket;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MarketsTest {

    @Test
    void everyMinuteOfEveryMarketHasAKeyOfItsOwn() {
        List<Long> keys = Stream.of(
                        "1969-12-31T23:59:00Z", "1970-01-01T00:00:00Z", "2026-03-01T07:00:00Z", "9999-12-31T23:59:00Z")
                .map(Instant::parse)
                .flatMap(minute -> Stream.of(0, 1, Integer.MAX_VALUE)
                        .map(number -> MinutesOfMarket.key(number, minute.toEpochMilli())))
                .toList();

        assertThat(keys).doesNotHaveDuplicates();
    }
}
