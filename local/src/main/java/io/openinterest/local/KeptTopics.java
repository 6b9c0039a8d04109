package io.openinterest.local;

import io.openinterest.job.config.ConfigurationException;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The topics that hold what jobs of one kind published, by cluster and prefix. A job that went on into others would leave
 * them without all that came before, corrections of what they do not have apart.
 */
final class KeptTopics {

    private final Path file;
    private final JobConfiguration configuration;
    private final String cluster;
    private final List<String> kept;

    /**
     * Those of a folder.
     *
     * @param folder of the kept checkpoints
     */
    KeptTopics(Path folder, JobConfiguration configuration) throws IOException, InterruptedException {
        this.configuration = configuration;
        file = Files.createDirectories(folder).resolve("topics");
        cluster = Topics.cluster(configuration.kafka());
        List<String> written = Files.exists(file) ? Files.readAllLines(file) : List.of();
        // a kill may leave a part of it
        kept = written.size() == 2 ? written : List.of();
    }

    /**
     * What is kept is of the brokers that are there.
     *
     * @throws ConfigurationException when it is of others
     */
    void requireCluster() {
        if (!kept.isEmpty() && !kept.get(0).equals(cluster)) {
            throw new ConfigurationException("%swhich holds a job of another Kafka cluster than that of %s: set"
                            .formatted(key(), configuration.kafka().servers())
                    + " kafka.bootstrap-servers as it was, or another folder.");
        }
    }

    /**
     * The configured job begins, or goes on.
     *
     * @param restored true if it goes on from a checkpoint
     * @throws ConfigurationException if the checkpoint is that of a job with other topics
     */
    void begin(boolean restored) throws IOException {
        String prefix = configuration.kafka().topicPrefix();
        if (restored && !kept.isEmpty() && !kept.get(1).equals(prefix)) {
            throw new ConfigurationException(
                    "kafka.topic-prefix is \"%s\", but %swhich holds a job of \"%s\": set that, or another folder."
                            .formatted(prefix, key(), kept.get(1)));
        }
        Files.write(file, List.of(cluster, prefix));
    }

    private String key() {
        return "local.data is \"" + configuration.local().data() + "\", ";
    }
}
