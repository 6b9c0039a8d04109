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
import java.util.concurrent.Callable;

/**
 * The cost of an observation, as ratios to a program that only copies the same text. Everything runs in one JVM, one after
 * the other, round by round, so that a busy machine meets all alike; the ratio is taken within each round, and of the
 * rounds the median is given, the least and the greatest beside it. Counted is the CPU time of the whole process, all
 * threads, collector and compiler included. The first rounds warm up and are printed only: a job runs for weeks, and in
 * the four seconds that a cold graph takes here the compiler costs more than the graph.
 *
 * <p>Before anything is timed, the graph has given the same records at every parallelism, and the reader
 * understood every line, and the programs that only sum have given the same sums.
 *
 * <p>Arguments: {@code markets=12000 parallelism=1,2 minutes=10 warm-up=3 rounds=5}, which are the defaults. With several
 * numbers of markets the graph is compared with that of the first number, too.
 */
public final class Benchmarks {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final int RULES = 10_000;
    private static final int SILENT_MARKETS = 2000;
    private static final int SILENT_MINUTES = 20;

    private final int minutes;
    private final int warmUp;
    private final int rounds;
    private final int[] parallelisms;
    private final Path folder;
    private final List<Contender> contenders = new ArrayList<>();
    private final Map<String, List<Double>> seconds = new LinkedHashMap<>();
    private final List<Row> rows = new ArrayList<>();

    private Benchmarks(int minutes, int warmUp, int rounds, int[] parallelisms) throws IOException {
        this.minutes = minutes;
        this.warmUp = warmUp;
        this.rounds = rounds;
        this.parallelisms = parallelisms;
        this.folder = Files.createDirectories(Path.of("benchmark"));
    }

    private interface Work {

        /** Does it; gives the CPU time of other processes, nanoseconds. */
        long run() throws Exception;
    }

    private interface OwnWork {
        void run() throws Exception;
    }

    /** Something to be timed. */
    private record Contender(String name, Work work) {}

    /**
     * A row of the table: the cost of one thing, and how often the cost of another that is.
     *
     * @param of the contender
     * @param count how many things it handles
     * @param yardstick the contender it is compared with
     * @param yardCount how many things that handles
     * @param share of the things that are of the kind the row tells of; the others cost what those of the yardstick do
     */
    private record Row(String name, String of, long count, String yardstick, long yardCount, double share) {

        double ratio(double seconds, double yardSeconds) {
            double whole = seconds / count / (yardSeconds / yardCount);
            return (whole - (1 - share)) / share;
        }
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new LinkedHashMap<>(
                Map.of("markets", "12000", "parallelism", "1,2", "minutes", "10", "warm-up", "3", "rounds", "5"));
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 0 || options.put(arg.substring(0, equals), arg.substring(equals + 1)) == null) {
                throw new IllegalArgumentException(arg + ", allowed are " + options.keySet() + ", each with =VALUE");
            }
        }
        try {
            measure(options);
        } finally {
            Cluster.closeAll();
        }
    }

    private static void measure(Map<String, String> options) throws Exception {
        Benchmarks benchmarks = new Benchmarks(
                Integer.parseInt(options.get("minutes")),
                Integer.parseInt(options.get("warm-up")),
                Integer.parseInt(options.get("rounds")),
                numbers(options.get("parallelism")));
        int[] markets = numbers(options.get("markets"));
        for (int number : markets) {
            benchmarks.add(number);
        }
        benchmarks.addVariants(markets[0]);
        for (int i = 1; i < markets.length; i++) {
            benchmarks.compareGraphs(markets[i], markets[0]);
        }
        benchmarks.run();
    }

    private static int[] numbers(String list) {
        return Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    }

    /** The graph, and what it is compared with, on the same lines. */
    private void add(int markets) throws Exception {
        Graph.Input input = input("observations", markets, parallelisms[0]);
        Path lines = input.observations();
        Path output = folder.resolve("output-" + markets + "-" + minutes + ".jsonl");
        long count = count(markets);
        ObservationLines.write(lines, markets, minutes);
        check(lines, count);
        Graph.Output first = runInto(output, input);
        for (int i = 1; i < parallelisms.length; i++) {
            Graph.Output other = Graph.runAndDigest(input.withParallelism(parallelisms[i]), null);
            if (!other.equals(first)) {
                throw new IllegalStateException("parallelism " + parallelisms[i] + " gives " + other + ", parallelism "
                        + parallelisms[0] + " " + first);
            }
        }
        System.out.printf(
                "%d markets, %d observations: %.2f records and %.0f bytes each, digest %016x%n",
                markets, count, (double) first.records() / count, (double) first.bytes() / count, first.digest());

        String tokens = "tokens of the input, " + markets + " markets";
        String copier = copier(markets);
        contend(tokens, tokens, count, () -> Tokens.read(lines));
        contend("reader of observations, " + markets + " markets", tokens, count, () -> read(lines));
        contend(copier, copier, count, copyingText(lines, output));
        for (int parallelism : parallelisms) {
            contend(graph(markets, parallelism), copier, count, () -> Graph.run(input.withParallelism(parallelism)));
        }
        addSums(markets, lines, copier);
    }

    /** Programs that read the same lines and write only sums. */
    private void addSums(int markets, Path lines, String copier) throws Exception {
        int parallelism = parallelisms[0];
        Sums.Output sums = PlainWindows.run(lines, parallelism);
        contend("plain windows", () -> PlainWindows.run(lines, parallelism), sums, markets, copier);
        contend("Flink SQL", () -> FlinkSql.run(lines), sums, markets, copier);
        contend("Kafka Streams, no broker", () -> StreamsTopology.run(lines), sums, markets, copier);
        if (hasPython()) {
            checkSame(sums, PythonLoop.run(lines).sums());
            String name = "only sums, Python loop, " + markets + " markets";
            contenders.add(new Contender(name, () -> PythonLoop.run(lines).cpuNanos()));
            compare(name, name, count(markets), copier, count(markets));
        }
    }

    /** The graph where much is late, where there are many rules, and where nothing comes for a while. */
    private void addVariants(int markets) throws Exception {
        String graph = graph(markets, parallelisms[0]);
        long count = count(markets);
        Graph.Input late = input("late", markets, parallelisms[0]);
        ObservationLines.writeLate(late.observations(), markets, minutes);
        Path corrected = folder.resolve("output-late-" + markets + "-" + minutes + ".jsonl");
        runInto(corrected, late);
        String someLate = "graph, one in " + ObservationLines.ONE_IN + " late";
        contenders.add(new Contender(someLate, cpuOfOthers(() -> Graph.run(late))));
        rows.add(lateOne("a late observation, against one in order", someLate, graph, count));
        String textOfLate = "token copier, one in " + ObservationLines.ONE_IN + " late";
        contenders.add(new Contender(textOfLate, cpuOfOthers(copyingText(late.observations(), corrected))));
        rows.add(lateOne("its text, which is all it corrects", textOfLate, copier(markets), count));
        compare(someLate, someLate, count, textOfLate, count);

        Graph.Input input = input("observations", markets, parallelisms[0]);
        Graph.Input withoutRules = input.withRules(rules(0));
        Graph.Input withRules = input.withRules(rules(RULES));
        String noRules = "graph, no rules";
        contenders.add(new Contender(noRules, cpuOfOthers(() -> Graph.run(withoutRules))));
        String manyRules = "graph, " + RULES + " wildcard rules, against none";
        contenders.add(new Contender(manyRules, cpuOfOthers(() -> Graph.run(withRules))));
        compare(manyRules, manyRules, count, noRules, count);

        Graph.Input gap = input("gap", SILENT_MARKETS, parallelisms[0]);
        ObservationLines.writeGap(gap.observations(), SILENT_MARKETS, SILENT_MINUTES);
        String catchUp = "a record of " + SILENT_MINUTES + " silent minutes, against any";
        contenders.add(new Contender(catchUp, cpuOfOthers(() -> Graph.run(gap))));
        compare(
                catchUp,
                catchUp,
                Graph.runAndDigest(gap, null).records(),
                graph,
                Graph.runAndDigest(input, null).records());
    }

    /** What the graph writes, kept as lines. */
    private static Graph.Output runInto(Path file, Graph.Input input) throws Exception {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            return Graph.runAndDigest(input, out);
        }
    }

    private static OwnWork copyingText(Path read, Path written) {
        return () -> {
            Tokens.read(read);
            Tokens.copy(written);
        };
    }

    private static Row lateOne(String name, String of, String yardstick, long count) {
        return new Row(name, of, count, yardstick, count, 1.0 / ObservationLines.ONE_IN);
    }

    private void compareGraphs(int markets, int least) {
        for (int parallelism : parallelisms) {
            compare(
                    graph(markets, parallelism) + ", against " + least,
                    graph(markets, parallelism),
                    count(markets),
                    graph(least, parallelism),
                    count(least));
        }
    }

    private static String copier(int markets) {
        return "token copier, " + markets + " markets";
    }

    private static String graph(int markets, int parallelism) {
        return "graph, " + markets + " markets, parallelism " + parallelism;
    }

    private long count(int markets) {
        return (long) markets * minutes;
    }

    private Graph.Input input(String name, int markets, int parallelism) throws IOException {
        return new Graph.Input(
                folder.resolve(name + "-" + markets + "-" + minutes + ".jsonl"),
                parallelism,
                null,
                Files.createDirectories(folder.resolve("checkpoints")));
    }

    /** Rules for every asset, of which the first few hold now and then. */
    private Path rules(int count) throws IOException {
        StringBuilder rules = new StringBuilder("[\n");
        for (int i = 0; i < count; i++) {
            rules.append("{id: rule-%d, level: asset, interval: 1m, metric: quantity_change_pct.5m, warning: %.4f},%n"
                    .formatted(i, 0.004 + 0.001 * i));
        }
        return Files.writeString(
                folder.resolve("rules-" + count + ".yaml"), rules.append("]\n").toString());
    }

    private void contend(String what, Callable<Sums.Output> program, Sums.Output sums, int markets, String copier)
            throws Exception {
        checkSame(sums, program.call());
        contend(
                "only sums, " + what + ", " + markets + " markets",
                copier,
                count(markets),
                () -> checkSame(sums, program.call()));
    }

    private void contend(String name, String yardstick, long count, OwnWork work) {
        contenders.add(new Contender(name, cpuOfOthers(work)));
        compare(name, name, count, yardstick, count);
    }

    private void compare(String name, String of, long count, String yardstick, long yardCount) {
        rows.add(new Row(name, of, count, yardstick, yardCount, 1));
    }

    private static Work cpuOfOthers(OwnWork work) {
        return () -> {
            work.run();
            return 0;
        };
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

    private static void checkSame(Sums.Output expected, Sums.Output actual) {
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
        for (int round = 1 - warmUp; round <= rounds; round++) {
            for (Contender contender : contenders) {
                System.gc();
                long before = SYSTEM.getProcessCpuTime();
                long others = contender.work().run();
                double taken = (SYSTEM.getProcessCpuTime() - before + others) / 1e9;
                if (round > 0) {
                    seconds.computeIfAbsent(contender.name(), name -> new ArrayList<>())
                            .add(taken);
                }
                String which = round > 0 ? "round " + round : "warming up";
                System.out.printf("%s: %-55s %8.2f s%n", which, contender.name(), taken);
            }
        }
        System.out.printf("%n%-55s %10s %8s %8s %8s%n", "CPU each", "us", "ratio", "least", "greatest");
        for (Row row : rows) {
            List<Double> of = seconds.get(row.of());
            List<Double> yardstick = seconds.get(row.yardstick());
            double[] ratios = new double[rounds];
            double[] micros = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                ratios[i] = row.ratio(of.get(i), yardstick.get(i));
                micros[i] = ratios[i] * yardstick.get(i) / row.yardCount() * 1e6;
            }
            Arrays.sort(ratios);
            Arrays.sort(micros);
            System.out.printf(
                    "%-55s %10.2f %8.2f %8.2f %8.2f%n",
                    row.name(), median(micros), median(ratios), ratios[0], ratios[rounds - 1]);
        }
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
