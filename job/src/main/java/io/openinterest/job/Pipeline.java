package io.openinterest.job;

/** The whole graph. */
public final class Pipeline {

    /** Upper bound of the parallelism, fixed because saved state is divided by it. */
    static final int MAX_PARALLELISM = 128;

    private Pipeline() {}
}
