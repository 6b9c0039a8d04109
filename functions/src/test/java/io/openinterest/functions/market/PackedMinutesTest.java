package io.openinterest.functions.market;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.market.Markets.MinutesOfMarket;
import io.openinterest.functions.record.Interval;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

class PackedMinutesTest {

    private static final long SEVEN = Instant.parse("2026-03-01T07:00:00Z").toEpochMilli();
    private static final int NUMBER = 3;
    private static final int STEPS = 200;

    private final Map<Long, byte[]> state = new HashMap<>();

    /** Whatever is put and removed in whatever order, over checkpoints and restarts, they hold what a map would. */
    @Property(tries = 100)
    void areAMapOfMinutes(@ForAll long seed) throws Exception {
        state.clear();
        MinutesOfMarket saved = new MinutesOfMarket(mapState(), NUMBER);
        PackedMinutes minutes = new PackedMinutes(saved);
        TreeMap<Long, byte[]> expected = new TreeMap<>();
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            long boundary = SEVEN + random.nextInt(40) * Interval.MINUTE_MILLIS;
            switch (random.nextInt(8)) {
                case 0 -> {
                    DataOutputSerializer out = new DataOutputSerializer(16);
                    minutes.save(out);
                    // what is in state is what there is
                    assertThat(state).hasSameSizeAs(expected);
                    if (random.nextBoolean()) {
                        minutes = PackedMinutes.of(saved, new DataInputDeserializer(out.getCopyOfBuffer()));
                    }
                }
                case 1, 2, 3 -> {
                    minutes.remove(boundary);
                    expected.remove(boundary);
                }
                default -> {
                    // as a market does: a minute that changes is taken out first
                    minutes.remove(boundary);
                    byte[] minute = {(byte) step};
                    minutes.put(boundary, minute);
                    expected.put(boundary, minute);
                }
            }
            assertThat(minutes.isEmpty()).isEqualTo(expected.isEmpty());
            assertThat(minutes.first()).isEqualTo(expected.isEmpty() ? null : expected.firstKey());
            for (int minute = 0; minute < 40; minute++) {
                long each = SEVEN + minute * Interval.MINUTE_MILLIS;
                assertThat(minutes.get(each)).isEqualTo(expected.get(each));
            }
        }
    }

    /** State of one key, in a map. */
    @SuppressWarnings("unchecked")
    private MapState<Long, byte[]> mapState() {
        return (MapState<Long, byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {MapState.class}, (proxy, method, args) -> {
                    return switch (method.getName()) {
                        case "get" -> state.get((Long) args[0]);
                        case "put" -> state.put((Long) args[0], (byte[]) args[1]);
                        case "remove" -> state.remove((Long) args[0]);
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }
}
