package io.openinterest.source.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.SampleObservation;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTest {

    private long eventTime = 1_000;
    private final Inbox inbox = new Inbox(() -> eventTime);

    @Test
    void keepsOnlyTheNewestOfEachMarketInTheOrderOfArrival() throws Exception {
        inbox.put("v", arrival("a", 1, "rest"));
        inbox.put("v", arrival("b", 2, "rest"));
        inbox.put("v", arrival("a", 3, "rest"));

        assertThat(counts(inbox.take().get("v"))).containsExactly(2, 3);
        assertThat(inbox.conflated("v")).isEqualTo(1);
        assertThat(inbox.size()).isZero();
    }

    @Test
    void anOlderRowTakesNoNewerOnesPlace() throws Exception {
        inbox.put("v", arrival("a", 3, "rest"));
        inbox.put("v", arrival("a", 2, "websocket"));

        assertThat(counts(inbox.take().get("v"))).containsExactly(3);
        assertThat(inbox.conflated("v")).isEqualTo(1);
    }

    @Test
    void keepsTheEndOfAMarketThatIsBackAtOnce() throws Exception {
        inbox.put("v", arrival("a", 1, "rest", true));
        inbox.put("v", arrival("a", 2, "rest"));

        assertThat(counts(inbox.take().get("v"))).containsExactly(1, 2);
    }

    @Test
    void handsAnErrorToWhoeverTakes() {
        inbox.fail(new StackOverflowError("a venue"));

        assertThatThrownBy(inbox::take).isInstanceOf(StackOverflowError.class).hasMessage("a venue");
    }

    @Test
    void keepsEveryRowOfThePast() throws Exception {
        inbox.put("v", arrival("a", 1, "history"));
        inbox.put("v", arrival("a", 2, "history"));
        inbox.put("v", arrival("a", 3, "rest"));

        assertThat(counts(inbox.take().get("v"))).containsExactly(1, 2, 3);
    }

    @Test
    void boundsQuarantineRecords() throws Exception {
        Quarantined bad = new Quarantined(Instant.EPOCH, "v", null, null, Quarantined.Reason.SCHEMA, "bad", null);
        for (int i = 0; i < 5_000; i++) {
            inbox.put("v", new Inbox.Item(Arrival.of(bad, 0), null));
        }

        assertThat(inbox.take().get("v")).hasSize(1_000);
        assertThat(inbox.conflated("v")).isEqualTo(4_000);
    }

    @Test
    void holdsBackAPausedVenueAndNoOther() throws Exception {
        inbox.pause(List.of("v"));
        inbox.put("v", arrival("a", 1, "rest"));
        inbox.put("w", arrival("b", 2, "rest"));

        assertThat(inbox.take()).containsOnlyKeys("w");
        assertThat(inbox.isFull("v")).isTrue();
        inbox.resume(List.of("v"));
        assertThat(inbox.take()).containsOnlyKeys("v");
    }

    @Test
    void saysThatAMinuteIsOverBehindWhatWasReceivedBefore() throws Exception {
        inbox.put("v", arrival("a", 1, "rest"));
        inbox.take();

        inbox.put("v", arrival("a", 2, "rest"));
        eventTime = 60_000;
        List<Inbox.Item> taken = List.copyOf(inbox.take().get("v"));

        assertThat(taken).hasSize(2);
        assertThat(taken.get(0).isMinute()).isFalse();
        assertThat(taken.get(1)).isEqualTo(Inbox.Item.minute(60_000));

        // and of a venue that is silent, too, once a minute
        eventTime = 121_000;
        assertThat(inbox.take()).containsExactly(Map.entry("v", List.of(Inbox.Item.minute(120_000))));
        inbox.wakeUp();
        assertThat(inbox.take()).isEmpty();
    }

    @Test
    void saysNoMinuteOfAVenueThatHasNotBegunOrIsPaused() throws Exception {
        Inbox.Item history = arrival("a", 1, "history");
        inbox.put("v", new Inbox.Item(Arrival.of(history.arrival().observation(), Long.MIN_VALUE), null));
        inbox.put("w", arrival("b", 2, "rest"));
        inbox.take();

        inbox.put("w", arrival("b", 3, "rest"));
        inbox.pause(List.of("w"));
        eventTime = 60_000;

        assertThat(inbox.take()).isEmpty();
    }

    @Test
    void aWakeUpEndsTheWait() throws Exception {
        CompletableFuture<Map<String, Collection<Inbox.Item>>> taking = CompletableFuture.supplyAsync(() -> {
            try {
                return inbox.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        inbox.wakeUp();

        assertThat(taking.get(10, TimeUnit.SECONDS)).isEmpty();
    }

    private static List<Integer> counts(Collection<Inbox.Item> items) {
        return items.stream()
                .map(item -> item.arrival().observation().contractCount().intValue())
                .toList();
    }

    private static Inbox.Item arrival(String symbol, int count, String origin) {
        return arrival(symbol, count, origin, false);
    }

    private static Inbox.Item arrival(String symbol, int count, String origin, boolean delisted) {
        Observation observation = SampleObservation.of(symbol, Instant.ofEpochSecond(count), count, delisted, origin);
        return new Inbox.Item(Arrival.of(observation, 0), null);
    }
}
