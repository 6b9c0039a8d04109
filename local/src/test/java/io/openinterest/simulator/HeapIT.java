package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Arrival;
import io.openinterest.transport.Http;
import io.openinterest.transport.VenueRunner;
import io.openinterest.transport.VenueStats;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * All venues in a process with the heap of a TaskManager of Flink's default size. Whatever they answer it lives on, and
 * reads them again when they are well.
 *
 * <p>By command, because it waits a minute for the venues' pauses to end:
 *
 * <pre>mvn verify -Dit.test=HeapIT -Dfailsafe.failIfNoSpecifiedTests=false -Dheap.venues=all</pre>
 */
@EnabledIfSystemProperty(named = "heap.venues", matches = "all")
@Timeout(600)
class HeapIT {

    /** Task heap and framework heap of a process of 1728m. */
    private static final String HEAP = "-Xmx512m";

    private static final int ANSWERS = 1;

    @TempDir
    private Path folder;

    @Test
    void answersOfAnySizeLeaveAllVenuesAlive() throws Exception {
        Path output = folder.resolve("venues.txt");
        try (VenueSimulator simulator = new VenueSimulator(Clock.systemUTC())) {
            simulator.start();
            Set<String> venues = new TreeSet<>(simulator.venues());
            Process process = start(simulator, venues, output);
            try {
                awaitObserved(process, output, venues, 0);

                // larger than any answer may be, and nearly so large: a body of nothing but lists takes most memory
                for (long bytes : new long[] {64L << 20, 3_900_000, 1_900_000}) {
                    for (String venue : venues) {
                        simulator.fault(venue, InjectedFault.gigantic(bytes));
                    }
                    awaitAnswers(simulator, process, output, venues);
                }
                simulator.venues().forEach(simulator::heal);
                awaitObserved(process, output, venues, Instant.now().toEpochMilli());
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static Process start(VenueSimulator simulator, Set<String> venues, Path output) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                HEAP,
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                Venues.class.getName()));
        venues.forEach(venue -> command.add(venue + " " + simulator.restUrl(venue) + " " + simulator.wsUrl(venue)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** Waits until each venue has answered once more; each failure in a row makes the next question later. */
    private static void awaitAnswers(VenueSimulator simulator, Process process, Path output, Set<String> venues)
            throws Exception {
        Map<String, Integer> before = venues.stream()
                .collect(Collectors.toMap(
                        venue -> venue, venue -> simulator.requests(venue).size()));
        for (String venue : venues) {
            while (simulator.requests(venue).size() < before.get(venue) + ANSWERS) {
                awaitAlive(process, output);
            }
        }
    }

    /** Waits until each venue was observed after that time. */
    private static void awaitObserved(Process process, Path output, Set<String> venues, long since) throws Exception {
        Set<String> missing = new TreeSet<>(venues);
        while (!missing.isEmpty()) {
            awaitAlive(process, output);
            for (String line : Files.readAllLines(output)) {
                String[] words = line.split(" ");
                if (words.length == 3 && words[0].equals("observed") && Long.parseLong(words[2]) > since) {
                    missing.remove(words[1]);
                }
            }
        }
    }

    private static void awaitAlive(Process process, Path output) throws Exception {
        assertThat(process.waitFor(200, TimeUnit.MILLISECONDS))
                .as(Files.readString(output))
                .isFalse();
    }

    /** Runs the venues it is told; prints {@code observed <venue> <epoch milliseconds>} about once a second. */
    static final class Venues {

        private Venues() {}

        public static void main(String[] arguments) throws InterruptedException {
            Http http = new Http();
            Map<String, VenueStats> stats = Arrays.stream(arguments)
                    .collect(Collectors.toMap(argument -> argument.split(" ")[0], argument -> run(argument, http)));
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                stats.forEach((venue, counts) ->
                        System.out.println("observed " + venue + " " + counts.lastObservationMillis()));
            }
        }

        private static VenueStats run(String argument, Http http) {
            String[] words = argument.split(" ");
            VenueSettings settings = new VenueSettings(
                    words[0],
                    words[1],
                    words[2],
                    Duration.ofSeconds(5),
                    null,
                    null,
                    Map.of(),
                    SourceSettings.defaults());
            VenueStats stats = new VenueStats();
            VenueRunner.Output output = new VenueRunner.Output() {
                @Override
                public void arrived(Arrival arrival, Instant resumeFrom) {}

                @Override
                public void failed(Error error) {
                    Runtime.getRuntime().halt(3);
                }

                @Override
                public boolean isPaused() {
                    return false;
                }
            };
            new VenueRunner(settings, null, output, stats, http).start();
            return stats;
        }
    }
}
