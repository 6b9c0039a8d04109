package io.openinterest.job.kafka;

import java.util.List;
import java.util.Properties;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.kafka.clients.CommonClientConfigs;

/** Topics as lineage listeners are told of them: their names and brokers, and nothing a client authenticates with. */
final class TopicLineage extends DefaultKafkaDatasetFacet {

    TopicLineage(List<String> topics) {
        super(DefaultKafkaDatasetIdentifier.ofTopics(topics));
    }

    @Override
    public void setProperties(Properties client) {
        Properties shown = new Properties();
        shown.setProperty(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                client.getProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
        super.setProperties(shown);
    }
}
