package io.openinterest.functions.market;

import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Packing;
import io.openinterest.functions.run.Unpacked;
import io.openinterest.functions.run.Unpacked.Held;
import io.openinterest.observation.Observation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.operators.KeyContext;

/**
 * The markets of every shard in state. What a market is is written once, what was observed in a minute once for each, and
 * only where it stands at every boundary: where checkpoints hold what is new, they hold no more than that.
 */
final class Markets {

    private static final TypeInformation<byte[]> PACKED = PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
    private static final int PACKED_BYTES = 256;

    /** Number and first observation of each. */
    private final MapState<String, byte[]> listed;
    /** The number given last in the shard. */
    private final ValueState<Integer> numbered;

    private final MapState<Long, byte[]> minutes;
    private final Unpacked<String, MarketState> states;

    Markets(RuntimeContext context) {
        listed = context.getMapState(new MapStateDescriptor<>("listed-markets", Types.STRING, PACKED));
        numbered = context.getState(new ValueStateDescriptor<>("numbered-markets", Types.INT));
        minutes = context.getMapState(new MapStateDescriptor<>("market-minutes", Types.LONG, PACKED));
        states = new Unpacked<>(context, "markets", Types.STRING, MarketState::pack, this::unpack);
    }

    private MarketState unpack(String market, byte[] packed) throws Exception {
        DataInputDeserializer in = new DataInputDeserializer(listed.get(market));
        MinutesOfMarket its = new MinutesOfMarket(minutes, Packing.getInt(in));
        return MarketState.unpack(PackedObservation.get(null, in), its, packed);
    }

    /**
     * The markets of a shard.
     *
     * @param shard the current key
     */
    Shard of(Object shard) {
        return new Shard(states.of(shard));
    }

    /** Writes what changed. */
    void write(KeyContext context) throws Exception {
        states.write(context);
    }

    /** The markets of one shard, to be used while it is the current key. */
    final class Shard {

        private final Unpacked<String, MarketState>.Values values;

        private Shard(Unpacked<String, MarketState>.Values values) {
            this.values = values;
        }

        /** The market of an observation, known or new. Who changes it has to put it. */
        Held<MarketState> of(Observation observation) throws Exception {
            Held<MarketState> market = values.at(observation.market());
            if (market.get() == null) {
                Integer last = numbered.value();
                int number = last == null ? 0 : last + 1;
                numbered.update(number);
                listed.put(observation.market(), list(number, observation));
                market.put(new MarketState(observation, new MinutesOfMarket(minutes, number)));
            }
            return market;
        }

        /** All markets, to be gone through while some are put and removed. */
        List<Map.Entry<String, Held<MarketState>>> present() throws Exception {
            return values.present();
        }

        /** Removes a market that is forgotten, and so has no minute. */
        void remove(String market) throws Exception {
            values.remove(market);
            listed.remove(market);
        }

        boolean isEmpty() throws Exception {
            return values.isEmpty();
        }
    }

    private static byte[] list(int number, Observation observation) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(PACKED_BYTES);
        Packing.putLong(number, out);
        PackedObservation.put(observation, null, out);
        return out.getCopyOfBuffer();
    }

    /** The packed minutes of a market, under its number and their boundary. */
    record MinutesOfMarket(MapState<Long, byte[]> state, int number) {

        /** 2^32 divided by the golden ratio. */
        private static final long SPREAD = 0x9E37_79B9L;

        byte[] get(long boundary) throws Exception {
            return state.get(key(number, boundary));
        }

        void put(long boundary, byte[] minute) throws Exception {
            state.put(key(number, boundary), minute);
        }

        void remove(long boundary) throws Exception {
            state.remove(key(number, boundary));
        }

        /**
         * The number and the minute side by side, minutes before 1970 too. The minute is moved by the number: a long's hash
         * is that of its halves, and small numbers beside few minutes would be a few hashes.
         */
        static long key(int number, long boundary) {
            long minute = boundary / Interval.MINUTE_MILLIS + number * SPREAD;
            return (long) number << Integer.SIZE | minute & 0xFFFF_FFFFL;
        }
    }
}
