package io.openinterest.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.openinterest.observation.ObservationReader;
import io.openinterest.observation.ObservationReader.Reading;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cost of an observation, as ratios to a program that only copies the same text. Everything runs in one JVM, one after
 * the other, round by round, so that a busy machine or a cold JIT meets all alike; the ratio is taken within each round,
 * and of the rounds the median is given, the least and the greatest beside it. Counted is the CPU time of the whole
 * process, all threads, collector and compiler included.
 *
 * <p>Before anything is timed, the graph has given the same records at every parallelism, and the reader
 * understood every line, and the programs that only sum have given the same sums.
 *
 * <p>Arguments: {@code markets=12000,100000 parallelism=1,2 minutes=10 rounds=5}, which are the defaults but for the
 * 100,000 markets.
 */
public final class Benchmarks {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final int minutes;
    private final int rounds;
    private final List<Contender> contenders = new ArrayList<>();
    private final Map<String, List<Double>> micros = new LinkedHashMap<>();

    private Benchmarks(int minutes, int rounds) {
        this.minutes = minutes;
        this.rounds = rounds;
    }

    private interface Work {

        /** Does it; gives the CPU time of other processes, nanoseconds. */
        long run() throws Exception;
    }

    /**
     * Something to be timed.
     *
     * @param yardstick name of what it is compared with
     * @param count observations it handles
     */
    private record Contender(String name, String yardstick, long count, Work work) {}

    public static void main(String[] args) throws Exception {
        Map<String, String> options =
                new LinkedHashMap<>(Map.of("markets", "12000", "parallelism", "1,2", "minutes", "10", "rounds", "5"));
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 0 || options.put(arg.substring(0, equals), arg.substring(equals + 1)) == null) {
                throw new IllegalArgumentException(arg + ", allowed are " + options.keySet() + ", each with =VALUE");
            }
        }
        Benchmarks benchmarks =
                new Benchmarks(Integer.parseInt(options.get("minutes")), Integer.parseInt(options.get("rounds")));
        int[] parallelisms = numbers(options.get("parallelism"));
        for (int markets : numbers(options.get("markets"))) {
            benchmarks.add(markets, parallelisms);
        }
        benchmarks.run();
        System.exit(0);
    }

    private static int[] numbers(String list) {
        return Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    private void add(int markets, int[] parallelisms) throws Exception {
        Path folder = Files.createDirectories(Path.of("benchmark"));
        Path lines = folder.resolve("observations-" + markets + "-" + minutes + ".jsonl");
        Path output = folder.resolve("output-" + markets + "-" + minutes + ".jsonl");
        Path checkpoints = Files.createDirectories(folder.resolve("checkpoints"));
        long count = (long) markets * minutes;
        ObservationLines.write(lines, markets, minutes);
        check(lines, count);
        Graph.Output first;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(output), 1 << 20)) {
            first = Graph.runAndDigest(lines, parallelisms[0], checkpoints, out);
        }
        for (int i = 1; i < parallelisms.length; i++) {
            Graph.Output other = Graph.runAndDigest(lines, parallelisms[i], checkpoints, null);
            if (!other.equals(first)) {
                throw new IllegalStateException("parallelism " + parallelisms[i] + " gives " + other + ", parallelism "
                        + parallelisms[0] + " " + first);
            }
        }
        System.out.printf(
                "%d markets, %d observations: %.2f records and %.0f bytes each, digest %016x%n",
                markets, count, (double) first.records() / count, (double) first.bytes() / count, first.digest());

        String tokens = "tokens of the input, " + markets + " markets";
        String copier = "token copier, " + markets + " markets";
        contend(tokens, tokens, count, () -> Tokens.read(lines));
        contend("reader of observations, " + markets + " markets", tokens, count, () -> read(lines));
        contend(copier, copier, count, () -> {
            Tokens.read(lines);
            Tokens.copy(output);
        });
        for (int parallelism : parallelisms) {
            contend(
                    "graph, " + markets + " markets, parallelism " + parallelism,
                    copier,
                    count,
                    () -> Graph.run(lines, parallelism, checkpoints));
        }
        PlainWindows.Output sums = PlainWindows.run(lines, parallelisms[0]);
        contend("only sums, plain windows, " + markets + " markets", copier, count, () -> {
            checkSame(sums, PlainWindows.run(lines, parallelisms[0]));
        });
        if (hasPython()) {
            checkSame(sums, PythonLoop.run(lines).sums());
            contenders.add(new Contender(
                    "only sums, Python loop, " + markets + " markets",
                    copier,
                    count,
                    () -> PythonLoop.run(lines).cpuNanos()));
        }
    }

    private interface OwnWork {
        void run() throws Exception;
    }

    private void contend(String name, String yardstick, long count, OwnWork work) {
        contenders.add(new Contender(name, yardstick, count, () -> {
            work.run();
            return 0;
        }));
    }

    private static boolean hasPython() {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            System.out.println("No Python loop: " + e.getMessage());
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void checkSame(PlainWindows.Output expected, PlainWindows.Output actual) {
        if (!actual.equals(expected)) {
            throw new IllegalStateException("sums are " + actual + " and " + expected);
        }
    }

    /** The reader understands every line. */
    private static void check(Path lines, long count) throws IOException {
        long read = read(lines);
        if (read != count) {
            throw new IllegalStateException(read + " of " + count + " observations could be read");
        }
    }

    private static long read(Path lines) throws IOException {
        ObservationReader reader = new ObservationReader(InstantSource.fixed(Instant.parse("2027-01-01T00:00:00Z")));
        byte[] text = Files.readAllBytes(lines);
        long read = 0;
        for (int from = 0, to = 0; to < text.length; to++) {
            if (text[to] == '\n') {
                Reading reading = reader.read(text, from, to - from);
                read += reading.observation() == null ? 0 : 1;
                from = to + 1;
            }
        }
        return read;
    }

    private void run() throws Exception {
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : contenders) {
                System.gc();
                long before = SYSTEM.getProcessCpuTime();
                long others = contender.work().run();
                double each = (SYSTEM.getProcessCpuTime() - before + others) / 1e3 / contender.count();
                micros.computeIfAbsent(contender.name(), name -> new ArrayList<>())
                        .add(each);
                System.out.printf("round %d: %-45s %8.2f us%n", round + 1, contender.name(), each);
            }
        }
        System.out.printf("%n%-45s %10s %8s %8s %8s%n", "CPU per observation", "us", "ratio", "least", "greatest");
        for (Contender contender : contenders) {
            List<Double> times = micros.get(contender.name());
            List<Double> of = micros.get(contender.yardstick());
            double[] ratios = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                ratios[i] = times.get(i) / of.get(i);
            }
            Arrays.sort(ratios);
            System.out.printf(
                    "%-45s %10.2f %8.2f %8.2f %8.2f%n",
                    contender.name(),
                    median(times.stream().mapToDouble(t -> t).sorted().toArray()),
                    median(ratios),
                    ratios[0],
                    ratios[rounds - 1]);
        }
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
