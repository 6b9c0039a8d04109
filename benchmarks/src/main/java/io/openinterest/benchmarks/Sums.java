package io.openinterest.benchmarks;

import java.util.concurrent.atomic.LongAdder;

/** What the programs that only sum have written; one of them runs at a time. */
final class Sums {

    private static final LongAdder WRITTEN = new LongAdder();
    private static final LongAdder THOUSANDTHS = new LongAdder();

    private Sums() {}

    /** What came out, over all sums: how many, and contracts in thousandths. */
    record Output(long sums, long thousandths) {}

    static void reset() {
        WRITTEN.reset();
        THOUSANDTHS.reset();
    }

    static void count(long thousandths) {
        WRITTEN.increment();
        THOUSANDTHS.add(thousandths);
    }

    static Output counted() {
        return new Output(WRITTEN.sum(), THOUSANDTHS.sum());
    }
}
