package io.openinterest.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.simulator.ManyMarkets;
import io.openinterest.simulator.VenueSimulator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The local run in its heap of 2 GB with the markets of Coin Metrics, live: the heap stays half empty and does not grow,
 * nor do threads. Prints what it sees every three minutes, how late boundaries are too, which depends on the machine. More
 * of it with {@code -Dload.markets=100000 -Dload.megabytes=8192}, committed more often with
 * {@code -Dload.checkpoint-interval=2s}.
 *
 * <pre>mvn verify -Dit.test=LoadIT -Dfailsafe.failIfNoSpecifiedTests=false -Dload.minutes=30</pre>
 */
@EnabledIfSystemProperty(named = "load.minutes", matches = "[0-9]+")
@Timeout(10_800)
class LoadIT {

    private static final int MARKETS = Integer.getInteger("load.markets", 12_025);
    private static final int MINUTES = Integer.getInteger("load.minutes", 0);
    private static final int EVERY_MINUTES = 3;
    private static final int HEAP_MEGABYTES = Integer.getInteger("load.megabytes", 2048);
    private static final String CHECKPOINT_INTERVAL = System.getProperty("load.checkpoint-interval", "10s");
    private static final Pattern LIVE = Pattern.compile("Total\\s+[0-9]+\\s+([0-9]+)");
    private static final Pattern THREADS = Pattern.compile("Threads:\\s+([0-9]+)");

    @TempDir
    private Path folder;

    private record Sight(int heapMegabytes, int threads) {}

    @AfterEach
    void endAll() {
        LocalRunProcess.endAll();
    }

    @Test
    void theHeapStaysHalfEmpty() throws Exception {
        Path output = folder.resolve("output.txt");
        List<Sight> sights = new ArrayList<>();
        try (VenueSimulator simulator = ManyMarkets.simulator(MARKETS)) {
            simulator.start();
            Process run = LocalRunProcess.start(
                    output,
                    // compiled as where it is used: it runs long enough, and its CPU is looked at
                    List.of("-Xmx" + HEAP_MEGABYTES + "m", "-XX:TieredStopAtLevel=4"),
                    Map.of(),
                    arguments(simulator));
            LocalRunProcess.await(run, output, "stop       Ctrl-C");
            String broker = LocalRunProcess.line(output, "broker");
            try (Boundaries written = new Boundaries(broker, "read_uncommitted");
                    Boundaries committed = new Boundaries(broker, "read_committed")) {
                for (int minute = EVERY_MINUTES; minute <= MINUTES; minute += EVERY_MINUTES) {
                    Instant until = Instant.now().plus(Duration.ofMinutes(EVERY_MINUTES));
                    while (Instant.now().isBefore(until)) {
                        written.look();
                        committed.look();
                    }
                    assertThat(run.isAlive()).as(Files.readString(output)).isTrue();
                    sights.add(sight(run));
                    System.out.printf(
                            "minute %d: %s, CPU %s, least, median and most until written %s, until committed %s%n",
                            minute,
                            sights.get(sights.size() - 1),
                            run.info().totalCpuDuration().orElseThrow(),
                            written.newLags(),
                            committed.newLags());
                }
                assertThat(written.boundaries).isGreaterThan(MINUTES / 2);
            }
        }

        int last = sights.size() - 1;
        assertThat(sights).allMatch(sight -> sight.heapMegabytes() < HEAP_MEGABYTES / 2);
        assertThat(sights.get(last).threads())
                .isLessThanOrEqualTo(sights.get(last / 2).threads() + 5);
    }

    private static String[] arguments(VenueSimulator simulator) {
        List<String> arguments = new ArrayList<>();
        for (String venue : new Arguments().configuration(SourceKind.LIVE).enabledVenues()) {
            boolean isRead = venue.equals(ManyMarkets.VENUE);
            arguments.addAll(List.of("--set", "venues." + venue + ".enabled=" + isRead));
        }
        arguments.addAll(List.of(
                "--set",
                "source=live",
                "--set",
                "checkpoint-interval=" + CHECKPOINT_INTERVAL,
                "--set",
                "venues." + ManyMarkets.VENUE + ".rest-url=" + simulator.restUrl(ManyMarkets.VENUE),
                "--set",
                "venues." + ManyMarkets.VENUE + ".symbols=['*-future', '*-option']"));
        return arguments.toArray(String[]::new);
    }

    /** What a collection of everything leaves; asked for in one, because a boundary makes hundreds of megabytes in a second. */
    private static Sight sight(Process run) throws IOException, InterruptedException {
        Matcher live = LIVE.matcher(jcmd(run, "GC.class_histogram"));
        Matcher threads = THREADS.matcher(Files.readString(Path.of("/proc/" + run.pid() + "/status")));
        assertThat(live.find()).isTrue();
        assertThat(threads.find()).isTrue();
        return new Sight((int) (Long.parseLong(live.group(1)) >> 20), Integer.parseInt(threads.group(1)));
    }

    private static String jcmd(Process run, String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(run.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(jcmd.waitFor()).as(said).isZero();
        return said;
    }

    /** The total of every minute, as a reader of the topic sees it. */
    private static final class Boundaries implements AutoCloseable {

        private static final String TOPIC = "open-interest.total.1m";

        private final KafkaConsumer<byte[], byte[]> consumer;
        private final List<Duration> lags = new ArrayList<>();
        private long lastBoundary;
        private int boundaries;

        Boundaries(String broker, String isolation) {
            consumer = new KafkaConsumer<>(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            broker,
                            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                            isolation),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            List<TopicPartition> partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        void look() {
            for (ConsumerRecord<byte[], byte[]> total : consumer.poll(Duration.ofMillis(50))) {
                if (total.timestamp() > lastBoundary) {
                    lastBoundary = total.timestamp();
                    boundaries++;
                    lags.add(Duration.between(Instant.ofEpochMilli(lastBoundary), Instant.now()));
                }
            }
        }

        /** Least, median and greatest since it was last asked. */
        List<Duration> newLags() {
            List<Duration> since = lags.stream().sorted().toList();
            lags.clear();
            return since.isEmpty()
                    ? List.of()
                    : List.of(since.get(0), since.get(since.size() / 2), since.get(since.size() - 1));
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
