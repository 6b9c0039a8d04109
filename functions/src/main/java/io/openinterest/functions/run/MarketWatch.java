package io.openinterest.functions.run;

import java.util.Map;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A watch on whether any rule looks at markets. Their rows are most of all records, and go to the rules only where one does.
 *
 * <p>Known is rather too much than too little: a rule that was ever written counts up to the time of the change that took
 * it back.
 */
public final class MarketWatch {

    /** Broadcast state: by the id of a rule, the last time up to which it may look at markets, epoch milliseconds. */
    public static final MapStateDescriptor<String, Long> WATCHED =
            new MapStateDescriptor<>("watched-markets", Types.STRING, Types.LONG);

    private MarketWatch() {}

    /** Takes in what became of a rule. */
    public static void learn(RunEvent.Rule rule, BroadcastState<String, Long> watched) throws Exception {
        if (rule.looksAtMarkets()) {
            watched.put(rule.id(), Long.MAX_VALUE);
        } else if (watched.contains(rule.id())) {
            watched.put(rule.id(), rule.time());
        }
    }

    /** Whether a rule may look at markets at a boundary. */
    public static boolean isOn(long boundary, ReadOnlyBroadcastState<String, Long> watched) throws Exception {
        for (Map.Entry<String, Long> rule : watched.immutableEntries()) {
            if (boundary <= rule.getValue()) {
                return true;
            }
        }
        return false;
    }
}
