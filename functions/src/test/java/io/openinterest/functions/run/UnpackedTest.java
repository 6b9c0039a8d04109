package io.openinterest.functions.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyContext;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnpackedTest {

    private static final int KEY_GROUPS = 128;
    private static final AtomicInteger PACKED = new AtomicInteger();
    private static final AtomicInteger UNPACKED = new AtomicInteger();
    private static final AtomicLong CLOCK = new AtomicLong();

    @BeforeEach
    void countAnew() {
        PACKED.set(0);
        UNPACKED.set(0);
    }

    @Test
    void isWrittenOnceACheckpointHoweverOftenItChanges() throws Exception {
        try (var words = harness(1, 0, null)) {
            for (String word : new String[] {"a", "b", "c"}) {
                say("east", word, words);
            }
            say("west", "d", words);
            assertThat(PACKED).hasValue(0);

            words.snapshot(1, 1);
            assertThat(PACKED).hasValue(2);

            words.snapshot(2, 2);
            assertThat(PACKED).hasValue(2);
        }
    }

    @Test
    void isHeldFromMinuteToMinuteHoweverManyCheckpointsComeInBetween() throws Exception {
        try (var words = harness(1, 0, null)) {
            say("east", "a", words);
            for (int checkpoint = 1; checkpoint <= 12; checkpoint++) {
                CLOCK.addAndGet(Duration.ofSeconds(10).toNanos());
                words.snapshot(checkpoint, checkpoint);
                if (checkpoint % 6 == 0) {
                    say("east", "b", words);
                }
            }
            assertThat(UNPACKED).hasValue(0);

            // when nobody asks for it any more
            for (int checkpoint = 13; checkpoint <= 15; checkpoint++) {
                CLOCK.addAndGet(Duration.ofMinutes(1).toNanos());
                words.snapshot(checkpoint, checkpoint);
            }
            say("east", "c", words);

            assertThat(UNPACKED).hasValue(1);
            assertThat(words.extractOutputValues()).endsWith("a b b c");
        }
    }

    @Test
    void isLetGoWithTheFirstCheckpointWhereItWasOnlyPut() throws Exception {
        try (var words = harness(1, 0, null)) {
            say("east", "anew", words);
            words.snapshot(1, 1);

            say("east", "b", words);

            assertThat(UNPACKED).hasValue(1);
            assertThat(words.extractOutputValues()).endsWith("anew b");
        }
    }

    @Test
    void goesOnUnderEveryKeyFromACheckpointOfAnotherParallelism() throws Exception {
        OperatorSubtaskState saved;
        try (var words = harness(1, 0, null)) {
            for (String key : new String[] {"east", "west", "north", "south"}) {
                say(key, "a", words);
            }
            say("east", "gone", words);
            saved = words.snapshot(1, 1);
        }
        int seen = 0;
        for (int subtask = 0; subtask < 2; subtask++) {
            OperatorSubtaskState part =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(saved, KEY_GROUPS, 1, 2, subtask);
            try (var words = harness(2, subtask, part)) {
                for (String key : new String[] {"east", "west", "north", "south"}) {
                    if (isOf(subtask, key)) {
                        say(key, "b", words);
                        assertThat(words.extractOutputValues()).endsWith(key.equals("east") ? "b" : "a b");
                        seen++;
                    }
                }
            }
        }
        assertThat(seen).isEqualTo(4);
    }

    private static boolean isOf(int subtask, String key) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(key, KEY_GROUPS, 2) == subtask;
    }

    private static void say(
            String key,
            String word,
            KeyedOneInputStreamOperatorTestHarness<String, Tuple2<String, String>, String> words)
            throws Exception {
        words.processElement(Tuple2.of(key, word), 0);
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, Tuple2<String, String>, String> harness(
            int parallelism, int subtask, OperatorSubtaskState saved) throws Exception {
        var harness = new KeyedOneInputStreamOperatorTestHarness<>(
                HoldsState.operator(new Sentences()),
                (Tuple2<String, String> word) -> word.f0,
                Types.STRING,
                KEY_GROUPS,
                parallelism,
                subtask);
        if (saved != null) {
            harness.initializeState(saved);
        }
        harness.open();
        return harness;
    }

    /** Says what it has heard under a key so far; {@code gone} makes it forget, {@code anew} begin without a look back. */
    private static final class Sentences extends KeyedProcessFunction<String, Tuple2<String, String>, String>
            implements HoldsState {

        private static final long serialVersionUID = 1L;

        private transient Unpacked<String, StringBuilder> sentences;

        @Override
        public void open(OpenContext context) {
            sentences = new Unpacked<>(
                    getRuntimeContext(),
                    "sentences",
                    Types.STRING,
                    sentence -> {
                        PACKED.incrementAndGet();
                        return sentence.toString().getBytes(StandardCharsets.UTF_8);
                    },
                    (key, packed) -> {
                        UNPACKED.incrementAndGet();
                        return new StringBuilder(new String(packed, StandardCharsets.UTF_8));
                    },
                    CLOCK::get);
        }

        @Override
        public void processElement(Tuple2<String, String> word, Context context, Collector<String> out)
                throws Exception {
            Unpacked<String, StringBuilder>.Values here = sentences.of(context.getCurrentKey());
            if (word.f1.equals("gone")) {
                here.remove("all");
                return;
            }
            if (word.f1.equals("anew")) {
                here.put("all", new StringBuilder(word.f1));
                return;
            }
            StringBuilder known = here.at("all").get();
            StringBuilder sentence = known == null ? new StringBuilder() : known.append(' ');
            sentence.append(word.f1);
            here.put("all", sentence);
            out.collect(sentence.toString());
        }

        @Override
        public void write(KeyContext context) throws Exception {
            sentences.write(context);
        }
    }
}
