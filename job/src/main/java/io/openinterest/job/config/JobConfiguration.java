package io.openinterest.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.adapters.Adapters;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Json;
import io.openinterest.venue.SourceSettings;
import io.openinterest.wire.EvenKeys;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The configuration of the job. Every key of the configuration file is one component here; conf/open-interest.yaml
 * explains them.
 *
 * @param source where observations come from
 * @param venues settings by venue id, only of the venues the configuration mentions
 * @param lateness how long a boundary waits for its observations
 * @param allowedLateness how long a published record may still be corrected
 * @param historyWait how long boundaries wait after a restart for what venues remember
 * @param assetClasses classes that enter the totals
 * @param rates USD price of quote assets
 * @param conventions file of how venues count
 * @param parallelism null where Flink or the machine decides
 * @param simulatorFaults file of how the simulated venues misbehave; null where they behave
 * @param decimals how decimals stand in the topics
 * @param alertRules file of the start rules
 * @param exportParquet folder or object-store prefix that takes every record as Parquet too; null for none
 * @param given what was configured, key by key, without secrets; for people to look at
 */
public record JobConfiguration(
        SourceKind source,
        Stages stages,
        Replay replay,
        Map<String, Venue> venues,
        Duration lateness,
        Duration allowedLateness,
        Duration historyWait,
        Set<AssetClass> assetClasses,
        Map<String, BigDecimal> rates,
        String conventions,
        Regime regime,
        Kafka kafka,
        Duration checkpointInterval,
        Integer parallelism,
        Local local,
        String simulatorFaults,
        Json.Decimals decimals,
        String alertRules,
        String exportParquet,
        Map<String, String> given) {

    /** Upper bound of the parallelism, fixed because saved state is divided by it. */
    public static final int MAX_PARALLELISM = EvenKeys.KEY_GROUPS;

    /** The time a value counts that nobody renewed, of a venue that has no file and no setting. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofMinutes(5);

    /** With the longest interval less than transactions live, or what a slow checkpoint wrote would be lost. */
    public static final Duration CHECKPOINT_TIMEOUT = Duration.ofMinutes(4);

    private static final Duration MAX_CHECKPOINT_INTERVAL = Duration.ofMinutes(5);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration YEAR = Duration.ofDays(366);
    private static final String SERVER = "([A-Z_]+://)?(\\[[0-9a-fA-F:.]+]|[^\\s,/@:]+):\\d{1,5}";
    private static final Pattern SERVERS = Pattern.compile(SERVER + "(\\s*,\\s*" + SERVER + ")*");

    private static final List<String> HTTP = List.of("https", "http");
    private static final List<String> WEB_SOCKET = List.of("wss", "ws");

    /** The source of observations. */
    public enum SourceKind {
        /** Venues over the internet. */
        LIVE,
        /** Live, or simulated where no venue answers. */
        AUTO,
        /** The built-in venue simulator. */
        SIMULATED,
        /** Recorded observations. */
        REPLAY,
        /** The observations topic. */
        KAFKA
    }

    /** The parts of the pipeline, of which one or both run. */
    public enum Stages {
        ALL,
        /** Venues to the observations topic, and what is said of venues: quarantine, evidence and its alerts. */
        INGEST,
        /** The observations topic to everything else. */
        ANALYZE
    }

    /**
     * Recorded observations.
     *
     * @param paths files and folders
     * @param outOfOrderness disorder allowed within a file
     */
    public record Replay(List<String> paths, Duration outOfOrderness) {}

    /**
     * One venue. Null stands for the venue's own default.
     *
     * @param maxAge how long a value counts that nobody renewed
     * @param symbols null for all
     * @param options the venue's own keys
     */
    public record Venue(
            Boolean enabled,
            URI restUrl,
            URI wsUrl,
            Duration pollInterval,
            Duration maxAge,
            List<String> symbols,
            Map<String, String> options) {}

    /** Moves smaller than these fractions count as none when price and open interest are read together. */
    public record Regime(BigDecimal priceBand, BigDecimal returnBand) {}

    /**
     * The topics and how they are written. Partitions, replication and retention are those of topics made here.
     *
     * @param bootstrapServers null where the configuration names none
     * @param transactionalIdPrefix what the ids of this job's transactions begin with, which no other job's do
     * @param properties of every client, never to be shown
     */
    public record Kafka(
            String bootstrapServers,
            String topicPrefix,
            String transactionalIdPrefix,
            Guarantee deliveryGuarantee,
            int partitions,
            short replicationFactor,
            Duration retention,
            Map<String, String> properties) {

        /** The brokers to connect to. */
        public String servers() {
            return bootstrapServers == null ? "localhost:9092" : bootstrapServers;
        }
    }

    /** The guarantee of how often a consumer sees a record after a failure. */
    public enum Guarantee {
        EXACTLY_ONCE,
        AT_LEAST_ONCE
    }

    /**
     * The local run.
     *
     * @param data folder of what outlives a run; null where nothing does
     * @param flink options of its cluster
     */
    public record Local(int dashboardPort, int kafkaPort, String data, Map<String, String> flink) {}

    /**
     * Reads a configuration.
     *
     * @param tree the file's content with the arguments laid over it
     * @param defaultSource the source where the configuration names none
     * @throws ConfigurationException on a key that does not exist or a value that is not allowed
     */
    public static JobConfiguration of(JsonNode tree, SourceKind defaultSource) {
        Section root = Section.root(tree);
        Stages stages = root.choice("stages", Stages.class, Stages.ALL);
        SourceKind source =
                root.choice("source", SourceKind.class, stages == Stages.ANALYZE ? SourceKind.KAFKA : defaultSource);
        if (stages == Stages.ANALYZE && source != SourceKind.KAFKA) {
            throw root.wrong("source", "kafka with stages analyze, which reads the observations topic");
        }
        if (stages == Stages.INGEST && source == SourceKind.KAFKA) {
            throw root.wrong("source", "live, auto, simulated, replay with stages ingest, which fills the topic");
        }
        String conventions = root.text("conventions", LiveVenues.CONVENTIONS);
        // transactions are open for as long, and they end after ten minutes whether committed or not
        Duration checkpointInterval = root.duration(
                "checkpoint-interval", Duration.ofMillis(100), MAX_CHECKPOINT_INTERVAL, Duration.ofSeconds(10));
        JobConfiguration configuration = new JobConfiguration(
                source,
                stages,
                replay(root.section("replay"), source),
                venues(root.section("venues"), conventions),
                root.duration("lateness", Duration.ZERO, HOUR, Duration.ofSeconds(2)),
                root.duration("allowed-lateness", Duration.ZERO, Duration.ofDays(7), Duration.ofMinutes(15)),
                root.duration("history-wait", Duration.ZERO, HOUR, Duration.ofSeconds(30)),
                root.choices("asset-classes", AssetClass.class, Set.of(AssetClass.CRYPTO)),
                root.section("rates").rates(),
                conventions,
                regime(root.section("metrics")),
                kafka(root.section("kafka"), stages, source, checkpointInterval),
                checkpointInterval,
                root.integer("parallelism", 1, MAX_PARALLELISM, null),
                local(root.section("local"), root.settings("flink")),
                simulatorFaults(root.section("simulator")),
                decimals(root.section("json")),
                alertRules(root.section("alerts")),
                exportParquet(root.section("export")),
                root.flat());
        root.end();
        return configuration;
    }

    /** Whether observations come from venues, simulated ones too. */
    public boolean isLive() {
        return source != SourceKind.REPLAY && source != SourceKind.KAFKA;
    }

    /** The folder that takes every record as Parquet too; empty for none. */
    public Optional<Folder> exported() {
        return Optional.ofNullable(exportParquet).map(folder -> new Folder("export.parquet", folder));
    }

    /** Venues that are read; none in a replay. */
    public Set<String> enabledVenues() {
        Set<String> enabled = new TreeSet<>();
        if (isLive()) {
            venues.forEach((id, venue) -> {
                if (Boolean.TRUE.equals(venue.enabled())) {
                    enabled.add(id);
                }
            });
        }
        return enabled;
    }

    private static Replay replay(Section section, SourceKind source) {
        Replay replay = new Replay(
                section.texts("paths", List.of()),
                section.duration("out-of-orderness", Duration.ZERO, YEAR, Duration.ofSeconds(60)));
        section.end();
        if (source == SourceKind.REPLAY && replay.paths.isEmpty()) {
            throw section.wrong("paths", "a list of files or folders of *.jsonl or *.jsonl.gz with source replay");
        }
        return replay;
    }

    private static Map<String, Venue> venues(Section section, String conventions) {
        SourceSettings common = LiveVenues.defaults(conventions);
        Map<String, Venue> venues = new TreeMap<>();
        section.sections().forEach((id, venue) -> venues.put(id, venue(Adapters.options(id, common), venue)));
        return venues;
    }

    private static Venue venue(Map<String, List<String>> own, Section section) {
        List<String> symbols = section.texts("symbols", List.of("all"));
        Venue venue = new Venue(
                section.bool("enabled", null),
                section.uri("rest-url", HTTP, null),
                section.uri("ws-url", WEB_SOCKET, null),
                section.duration("poll-interval", Duration.ofSeconds(1), Duration.ofDays(1), null),
                section.duration("max-age", Duration.ofMillis(1), YEAR, null),
                symbols.equals(List.of("all")) ? null : symbols,
                options(own, section));
        section.end();
        return venue;
    }

    private static Map<String, String> options(Map<String, List<String>> own, Section section) {
        Map<String, String> options = new TreeMap<>();
        own.forEach((key, allowed) -> {
            String value = allowed.isEmpty() ? section.text(key, null) : section.oneOf(key, allowed, null);
            if (value != null) {
                options.put(key, value);
            }
        });
        return options;
    }

    private static Regime regime(Section metrics) {
        Section section = metrics.section("regime");
        BigDecimal band = new BigDecimal("0.0005");
        Regime regime = new Regime(section.decimal("price-band", band), section.decimal("return-band", band));
        section.end();
        metrics.end();
        return regime;
    }

    private static Kafka kafka(Section section, Stages stages, SourceKind source, Duration checkpointInterval) {
        String prefix = section.text("topic-prefix", "open-interest.");
        if (!prefix.matches("[a-zA-Z0-9._-]{1,200}")) {
            throw section.wrong("topic-prefix", "at most 200 letters, digits, dots, hyphens and underscores");
        }
        String servers = section.text("bootstrap-servers", null);
        if (servers != null && !areServers(servers)) {
            throw section.wrong("bootstrap-servers", "host:port of a broker, several with commas");
        }
        String transactionalIdPrefix =
                section.text("transactional-id-prefix", prefix + Section.text(stages) + "-" + Section.text(source));
        // longer than what the longest of the prefixes above makes
        if (!transactionalIdPrefix.matches("[a-zA-Z0-9._-]{1,250}")) {
            throw section.wrong(
                    "transactional-id-prefix", "at most 250 letters, digits, dots, hyphens and underscores");
        }
        Kafka kafka = new Kafka(
                servers,
                prefix,
                transactionalIdPrefix,
                section.choice("delivery-guarantee", Guarantee.class, Guarantee.EXACTLY_ONCE),
                section.integer("partitions", 1, 1000, 4),
                section.integer("replication-factor", 1, 100, 1).shortValue(),
                section.duration("retention", Duration.ofMinutes(1), Duration.ofDays(36_500), Duration.ofDays(7)),
                KafkaProperties.checked(section.settings("properties"), checkpointInterval.plus(CHECKPOINT_TIMEOUT)));
        section.end();
        return kafka;
    }

    private static boolean areServers(String text) {
        return SERVERS.matcher(text).matches()
                && Stream.of(text.split(","))
                        .map(server -> server.strip().replaceFirst(".*:", ""))
                        .mapToInt(Integer::parseInt)
                        .allMatch(port -> port > 0 && port < 1 << 16);
    }

    private static Local local(Section section, Map<String, String> flink) {
        Local local = new Local(
                section.integer("dashboard-port", 1, 65535, 8081),
                section.integer("kafka-port", 1, 65535, 9092),
                section.text("data", null),
                flink);
        section.end();
        return local;
    }

    private static String simulatorFaults(Section section) {
        String file = section.text("faults", null);
        section.end();
        return file;
    }

    private static Json.Decimals decimals(Section section) {
        Json.Decimals decimals = section.choice("decimals", Json.Decimals.class, Json.Decimals.NUMBER);
        section.end();
        return decimals;
    }

    private static String alertRules(Section section) {
        String rules = section.text("rules", "conf/alert-rules.yaml");
        section.end();
        return rules;
    }

    private static String exportParquet(Section section) {
        String folder = section.text("parquet", null);
        section.end();
        return folder;
    }
}
