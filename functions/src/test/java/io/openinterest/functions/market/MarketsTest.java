package io.openinterest.functions.market;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.Markets.MinutesOfMarket;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    /** Else the state of a shard would be a table of a few long chains. */
    @Test
    void theMinutesOfAShardAreSpreadOverATable() {
        long seven = Instant.parse("2026-03-01T07:00:00Z").toEpochMilli();
        Set<Integer> places = new HashSet<>();
        for (int number = 0; number < 200; number++) {
            for (int minute = 0; minute < 15; minute++) {
                int hash = Long.hashCode(MinutesOfMarket.key(number, seven + minute * 60_000L));
                places.add((hash ^ hash >>> 16) & 4095);
            }
        }

        // 3000 keys at random take 2126 of 4096 places
        assertThat(places).hasSizeGreaterThan(1800);
    }
}
