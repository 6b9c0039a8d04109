package io.openinterest;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimitedSourceReader;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A source that waits for what a test waits for, not for the clock. */
public record PacedSource<T, S extends SourceSplit, C>(
        Source<T, S, C> source, TypeInformation<T> type, RateLimiterStrategy<S> pace)
        implements Source<T, S, C>, ResultTypeQueryable<T> {

    /** Is asked so often for a record, or for how far it is, then waits for a checkpoint, and so on. */
    @SuppressWarnings("unchecked")
    public static <T, S extends SourceSplit, C, Q extends Source<T, S, C> & ResultTypeQueryable<T>>
            PacedSource<T, S, C> perCheckpoint(Q source, int times) {
        return new PacedSource<>(source, source.getProducedType(), RateLimiterStrategy.perCheckpoint(times));
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return type;
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SourceReader<T, S> createReader(SourceReaderContext context) throws Exception {
        return new RateLimitedSourceReader<>(
                source.createReader(context), pace.createRateLimiter(context.currentParallelism()));
    }

    @Override
    public SplitEnumerator<S, C> createEnumerator(SplitEnumeratorContext<S> context) throws Exception {
        return source.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<S, C> restoreEnumerator(SplitEnumeratorContext<S> context, C checkpoint) throws Exception {
        return source.restoreEnumerator(context, checkpoint);
    }

    @Override
    public SimpleVersionedSerializer<S> getSplitSerializer() {
        return source.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<C> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }
}
