package io.openinterest.functions.record;

import java.time.Instant;

/**
 * A record of a boundary that is published again whenever a late observation changes it.
 *
 * @param <R> the record itself
 */
public interface Correctable<R extends Correctable<R>> {

    /** The boundary it is of. */
    Boundary boundary();

    /** The publication it is. */
    Edition edition();

    /** Whether a reader of its topic sees no difference to another record, which is not equal to it. */
    default boolean readsLike(R other) {
        return false;
    }

    /** The record as it is now, where its topic has it like that already. */
    default R unpublished() {
        throw new UnsupportedOperationException("Everything of " + getClass().getSimpleName() + " is published.");
    }

    /** The record under a later revision. */
    R revised(int revision);

    /** The record withdrawn under a later revision: its identity only. */
    R withdrawn(int revision);

    /** The interval it is of. */
    default Interval interval() {
        return boundary().interval();
    }

    /** The boundary's time. */
    default Instant time() {
        return boundary().time();
    }

    /** The pass that published it. */
    default Pass pass() {
        return edition().pass();
    }
}
