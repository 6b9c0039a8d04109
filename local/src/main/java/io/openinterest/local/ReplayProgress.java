package io.openinterest.local;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prints how far a replay is. It knows only what anybody knows who reads the metrics. */
final class ReplayProgress implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final URI metrics;
    private final PrintStream out;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Thread thread = new Thread(this::run, "replay-progress");
    private String printed = "";

    ReplayProgress(String metrics, PrintStream out) {
        this.metrics = URI.create(metrics);
        this.out = out;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY.toMillis());
                print();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void print() throws InterruptedException {
        try {
            String text = http.send(
                            HttpRequest.newBuilder(metrics).timeout(EVERY).build(), BodyHandlers.ofString())
                    .body();
            OptionalDouble records = value(text, "replayRecords");
            OptionalDouble time = value(text, "replayEventTime");
            OptionalDouble percent = value(text, "replayPercent");
            if (records.isPresent() && records.getAsDouble() > 0 && time.isPresent() && percent.isPresent()) {
                String line = line(records.getAsDouble(), time.getAsDouble(), percent.getAsDouble());
                if (!line.equals(printed)) {
                    out.println(line);
                    printed = line;
                }
            }
        } catch (IOException e) {
            return; // the job begins, or it has ended
        }
    }

    /**
     * {@code replayed  42 %  1,234,000 records  up to 2026-03-01T07:00:10Z}; without the time while no record was
     * accepted, as event time has not begun then.
     */
    static String line(double records, double eventTime, double percent) {
        String read = String.format(Locale.ROOT, "replayed  %.0f %%  %,.0f records", percent, records);
        long time = (long) eventTime;
        return time == Long.MIN_VALUE ? read : read + "  up to " + Instant.ofEpochMilli(time);
    }

    /** The value of a metric of the replay in Prometheus' text form. */
    static OptionalDouble value(String text, String name) {
        Matcher line = Pattern.compile("(?m)^flink_taskmanager_job_task_operator_" + name + "\\{.*\\} (\\S+)$")
                .matcher(text);
        return line.find() ? OptionalDouble.of(Double.parseDouble(line.group(1))) : OptionalDouble.empty();
    }
}
