package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.Await;
import io.openinterest.FreePorts;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedBrokerIT {

    private static final TopicPartition PARTITION = new TopicPartition("figures", 0);

    private EmbeddedBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start();
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void close() throws IOException {
        broker.close();
    }

    @Test
    void showsCommittedTransactionsOnlyToReadCommittedConsumers() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(PARTITION.topic(), "btc", "aborted"));
            producer.flush();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(PARTITION.topic(), "btc", "committed"));
            producer.commitTransaction();
        }

        assertThat(values("read_committed")).containsExactly("committed");
        assertThat(values("read_uncommitted")).containsExactly("aborted", "committed");
    }

    @Test
    void keepsItsDataThroughAnOutage() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(PARTITION.topic(), "btc", "before"));
            producer.commitTransaction();

            broker.pause();
            broker.resume();

            producer.beginTransaction();
            producer.send(new ProducerRecord<>(PARTITION.topic(), "btc", "after"));
            producer.commitTransaction();
        }

        assertThat(values("read_committed")).containsExactly("before", "after");
    }

    @Test
    void startsInAFolderWhoseFirstStartWasKilledOrFoundTheDiskFull(@TempDir Path folder) throws Exception {
        Files.createFile(folder.resolve("server.properties"));
        Files.createFile(Files.createDirectory(folder.resolve("data")).resolve("meta.properties"));

        try (EmbeddedBroker another = EmbeddedBroker.start(FreePorts.next(), folder, Map.of());
                Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", another.bootstrapServers()))) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
    }

    @Test
    void refusesATakenPort() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedBroker.start(other.getLocalPort(), null, Map.of()))
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void leavesNothingBehindWhenClosed() throws IOException {
        List<Path> before = foldersOfBrokers();
        EmbeddedBroker another = EmbeddedBroker.start();
        assertThat(foldersOfBrokers()).hasSize(before.size() + 1);

        another.close();

        assertThat(foldersOfBrokers()).isEqualTo(before);
        int port = Integer.parseInt(another.bootstrapServers().replaceFirst(".*:", ""));
        try (Socket socket = new Socket()) {
            assertThatThrownBy(() -> socket.connect(new InetSocketAddress("127.0.0.1", port), 1000))
                    .isInstanceOf(ConnectException.class);
        }
    }

    private long end(String isolation) {
        try (KafkaConsumer<String, String> consumer = consumer(isolation)) {
            return consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
        }
    }

    private KafkaConsumer<String, String> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", isolation),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static List<Path> foldersOfBrokers() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("open-interest-kafka-"))
                    .sorted()
                    .toList();
        }
    }

    private KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "test"),
                new StringSerializer(),
                new StringSerializer());
    }

    private List<String> values(String isolation) throws Exception {
        // a commit is answered before all can read what it commits
        Await.until(() -> end("read_committed") == end("read_uncommitted"));
        try (KafkaConsumer<String, String> consumer = consumer(isolation)) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            List<String> values = new ArrayList<>();
            while (consumer.position(PARTITION) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
