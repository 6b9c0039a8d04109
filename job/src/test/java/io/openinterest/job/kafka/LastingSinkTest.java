package io.openinterest.job.kafka;

import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.Collection;
import java.util.List;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class LastingSinkTest {

    @Test
    void aWriterIsClosedThoughNoBrokerAnswersToAbortItsTransaction() {
        LastingSink.Writer writer = new LastingSink.Writer(new BrokerGone());

        assertThatNoException().isThrownBy(writer::close);
    }

    private static final class BrokerGone
            implements PrecommittingStatefulSinkWriter<TopicRecord, KafkaWriterState, KafkaCommittable> {

        @Override
        public void write(TopicRecord record, Context context) {}

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public Collection<KafkaCommittable> prepareCommit() {
            return List.of();
        }

        @Override
        public List<KafkaWriterState> snapshotState(long checkpoint) {
            return List.of();
        }

        @Override
        public void close() {
            throw new TimeoutException("Timeout expired after 60000ms while awaiting EndTxn(false)");
        }
    }
}
