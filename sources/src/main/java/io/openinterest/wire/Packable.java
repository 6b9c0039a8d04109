package io.openinterest.wire;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What says itself how it travels as a component of a record: by {@link #pack}, and by a static method {@code unpack} that
 * takes a {@link DataInput}.
 */
public interface Packable {

    /** Writes the object. */
    void pack(DataOutput out) throws IOException;
}
