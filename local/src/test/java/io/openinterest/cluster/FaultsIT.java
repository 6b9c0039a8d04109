package io.openinterest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.adapters.Adapters;
import io.openinterest.cluster.PublishedMinutes.Market;
import io.openinterest.local.EmbeddedBroker;
import io.openinterest.simulator.FaultSchedule;
import io.openinterest.simulator.VenueSimulator;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Venues misbehave while the whole job runs in a TaskManager of Flink's default size: in the topics nobody else notices,
 * no venue is asked more than it allows, and all come back by themselves.
 *
 * <p>By command, because boundaries are a minute apart: a quarter to half an hour more than the minutes of faults.
 *
 * <pre>mvn verify -Dit.test=FaultsIT -Dfailsafe.failIfNoSpecifiedTests=false -Dfaults.minutes=30 -Dfaults.seed=7</pre>
 */
@EnabledIfSystemProperty(named = "faults.minutes", matches = "[1-9][0-9]*")
@Timeout(value = 6, unit = TimeUnit.HOURS)
class FaultsIT {

    private static final Path JAR =
            Path.of("../job/target/open-interest-job.jar").toAbsolutePath();
    private static final String PREFIX = "faults.";
    private static final Duration FAULTS = Duration.ofMinutes(Integer.getInteger("faults.minutes", 1));

    /** Often enough that no fault passes unnoticed. */
    private static final String POLLED = "15s";

    /** By then each venue was asked. */
    private static final Duration SETTLING = Duration.ofMinutes(2);

    /** A pause after a ban is two minutes at least, a wait after a failure a minute at most. */
    private static final int BOUNDARIES_TO_RECOVER = 8;

    /** A boundary is committed by then. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final Random random = new Random(Long.getLong("faults.seed", 1));

    private final VenueSimulator simulator = new VenueSimulator(Clock.systemUTC());
    private final RequestLog requests = new RequestLog(simulator);
    private EmbeddedBroker broker;
    private StandaloneCluster cluster;
    private Process taskManager;
    private String job;
    private PublishedMinutes published;

    @BeforeEach
    void start() throws Exception {
        simulator.start();
        broker = EmbeddedBroker.start();
        cluster = StandaloneCluster.start(folder);
        taskManager = cluster.startTaskManagerOfDefaultSize();
        job = cluster.runUploaded(cluster.upload(JAR), 2, arguments());
        published = new PublishedMinutes(broker.bootstrapServers(), PREFIX);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable started : Arrays.asList(published, cluster, broker, simulator)) {
            if (started != null) {
                started.close();
            }
        }
    }

    @Test
    void whoIsWellStaysWholeAndWhoIsIllComesBack() throws Exception {
        // given
        Set<String> ill = halfOfTheExchanges();
        Instant settled = awaitBoundary(Instant.now().plus(SETTLING));
        Map<String, Market> known = published.markets(settled);

        // when
        simulator.play(FaultSchedule.random(random.nextLong(), ill, FAULTS));
        Instant last = recovered(known, awaitBoundary(Instant.now().plus(FAULTS).plusSeconds(1)));

        // then
        finish();
        assertThat(published.violations(last)).isEmpty();
        for (Instant boundary : published.after(settled)) {
            assertThat(lost(known, boundary, ill)).as("lost at %s", boundary).isEmpty();
        }
        assertThat(published.quarantined())
                // markets of exchanges that are read themselves
                .filteredOn(record -> !record.startsWith("coinmetrics duplicate-source"))
                .allMatch(record -> ill.contains(record.substring(0, record.indexOf(' '))));
        assertThat(requests.violations()).isEmpty();
    }

    @Test
    void bodiesOfAnySizeEndNobody() throws Exception {
        // given
        Instant settled = awaitBoundary(Instant.now().plus(SETTLING));
        Map<String, Market> known = published.markets(settled);

        // when
        simulator.play(schedule("""
                - {venue: "*", for: 90s, kind: gigantic}
                - {venue: "*", at: 90s, for: 90s, kind: deep}
                - {venue: "*", at: 180s, for: 90s, kind: gzip-bomb}
                """));
        Instant last = recovered(known, awaitBoundary(Instant.now().plusSeconds(271)));

        // then
        finish();
        assertThat(published.violations(last)).isEmpty();
        assertThat(published.quarantined()).anyMatch(record -> record.contains("larger than"));
        assertThat(requests.violations()).isEmpty();
    }

    /** The venues of some exchanges: those of one may be metered together, and then pause together. */
    private Set<String> halfOfTheExchanges() {
        Map<String, List<String>> venues = simulator.venues().stream()
                .sorted()
                .collect(Collectors.groupingBy(venue -> venue(venue).exchange(), TreeMap::new, Collectors.toList()));
        List<String> exchanges = new ArrayList<>(venues.keySet());
        Collections.shuffle(exchanges, random);
        return exchanges.subList(0, exchanges.size() / 2).stream()
                .flatMap(exchange -> venues.get(exchange).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Venue venue(String id) {
        return Adapters.create(VenueSettings.of(id, SourceSettings.defaults()));
    }

    /** Waits until all that was known has been observed again, and fails where that takes too long. */
    private Instant recovered(Map<String, Market> known, Instant healed) throws Exception {
        Instant last = healed;
        for (int i = 0;
                i < BOUNDARIES_TO_RECOVER && !missing(known, last, healed).isEmpty();
                i++) {
            last = awaitBoundary(last.plusSeconds(60));
        }
        assertThat(missing(known, last, healed))
                .as("not observed between %s and %s", healed, last)
                .isEmpty();
        return last;
    }

    /** Commits all that there is; until now nothing failed. */
    private void finish() throws Exception {
        assertThat(taskManager.isAlive()).isTrue();
        assertThat(cluster.get("/jobs/" + job + "/exceptions")
                        .path("exceptionHistory")
                        .path("entries"))
                .isEmpty();
        cluster.stopWithSavepoint(job);
        published.read();
        requests.read();
    }

    private List<String> arguments() throws IOException {
        List<String> settings = new ArrayList<>(List.of(
                "source=live", "kafka.bootstrap-servers=" + broker.bootstrapServers(), "kafka.topic-prefix=" + PREFIX));
        for (String venue : ClusterIT.venuesOfTheDefaultConfiguration()) {
            String key = "venues." + venue + ".";
            boolean isSimulated = simulator.venues().contains(venue);
            settings.add(key + "enabled=" + isSimulated);
            if (isSimulated) {
                settings.add(key + "poll-interval=" + POLLED);
                settings.add(key + "rest-url=" + simulator.restUrl(venue));
                settings.add(key + "ws-url=" + simulator.wsUrl(venue));
                if (venue(venue).options().containsKey("transport") && random.nextBoolean()) {
                    settings.add(key + "transport=websocket");
                }
            }
        }
        return settings.stream()
                .flatMap(setting -> List.of("--set", setting).stream())
                .toList();
    }

    private FaultSchedule schedule(String text) throws IOException {
        return FaultSchedule.read(Files.writeString(folder.resolve("faults.yaml"), text), simulator.venues());
    }

    /** Waits for the first boundary that is not before that time. */
    private Instant awaitBoundary(Instant time) throws Exception {
        while (published.newest().isBefore(time)) {
            assertThat(Instant.now())
                    .as("the boundary after %s, when the newest is %s", time, published.newest())
                    .isBefore(time.plusSeconds(60).plus(PATIENCE));
            assertThat(taskManager.waitFor(1, TimeUnit.SECONDS))
                    .as("the TaskManager ended")
                    .isFalse();
            published.read();
            requests.read();
        }
        return published.newest();
    }

    /** Markets of venues that are well and have no record at a boundary though they had one before. */
    private Set<String> lost(Map<String, Market> known, Instant boundary, Set<String> ill) {
        return known.entrySet().stream()
                .filter(market -> !ill.contains(market.getValue().venue()))
                .filter(market -> !market.getValue().isExpired(boundary))
                .map(Map.Entry::getKey)
                .filter(market -> !published.markets(boundary).containsKey(market))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> missing(Map<String, Market> known, Instant boundary, Instant since) {
        return known.entrySet().stream()
                .filter(market -> !market.getValue().isExpired(boundary))
                .map(Map.Entry::getKey)
                .filter(market -> {
                    Market now = published.markets(boundary).get(market);
                    return now == null || now.observedAt().isBefore(since);
                })
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
