package io.openinterest.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.adapters.Adapters;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.Json;
import io.openinterest.venue.SourceSettings;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the job is told to do. Every key of the configuration file is one component here; conf/open-interest.yaml
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
 * @param decimals how decimals stand in the topics
 * @param alertRules file of the start rules
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
        Json.Decimals decimals,
        String alertRules,
        Map<String, String> given) {

    /** Upper bound of the parallelism, fixed because saved state is divided by it. */
    public static final int MAX_PARALLELISM = 128;

    /** How long a value counts that nobody renewed, of a venue that has no file and no setting. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofMinutes(5);

    private static final Duration MAX_CHECKPOINT_INTERVAL = Duration.ofMinutes(5);
    private static final List<String> HTTP = List.of("https", "http");
    private static final List<String> WEB_SOCKET = List.of("wss", "ws");

    /** Where observations come from. */
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

    /** Which part of the pipeline runs. */
    public enum Stages {
        ALL,
        /** Venues to the observations topic, nothing else. */
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
     */
    public record Kafka(
            String bootstrapServers,
            String topicPrefix,
            Guarantee deliveryGuarantee,
            int partitions,
            short replicationFactor,
            Duration retention) {

        /** The brokers to connect to. */
        public String servers() {
            return bootstrapServers == null ? "localhost:9092" : bootstrapServers;
        }
    }

    /** How often a consumer may see a record after a failure. */
    public enum Guarantee {
        EXACTLY_ONCE,
        AT_LEAST_ONCE
    }

    /** Ports of the local run. */
    public record Local(int dashboardPort, int kafkaPort) {}

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
        JobConfiguration configuration = new JobConfiguration(
                source,
                stages,
                replay(root.section("replay"), source),
                venues(root.section("venues"), conventions),
                root.duration("lateness", Duration.ZERO, Duration.ofSeconds(2)),
                root.duration("allowed-lateness", Duration.ZERO, Duration.ofMinutes(15)),
                root.duration("history-wait", Duration.ZERO, Duration.ofSeconds(30)),
                root.choices("asset-classes", AssetClass.class, Set.of(AssetClass.CRYPTO)),
                root.section("rates").decimals(),
                conventions,
                regime(root.section("metrics")),
                kafka(root.section("kafka")),
                checkpointInterval(root),
                root.integer("parallelism", 1, MAX_PARALLELISM, null),
                local(root.section("local")),
                decimals(root.section("json")),
                alertRules(root.section("alerts")),
                root.flat());
        root.end();
        return configuration;
    }

    /** Whether observations come from venues, simulated ones too. */
    public boolean isLive() {
        return source != SourceKind.REPLAY && source != SourceKind.KAFKA;
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
                section.duration("out-of-orderness", Duration.ZERO, Duration.ofSeconds(60)));
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
                section.duration("poll-interval", Duration.ofSeconds(1), null),
                section.duration("max-age", Duration.ofMillis(1), null),
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

    /** Transactions are open for as long, and they end after ten minutes whether committed or not. */
    private static Duration checkpointInterval(Section root) {
        Duration interval = root.duration("checkpoint-interval", Duration.ofMillis(100), Duration.ofSeconds(10));
        if (interval.compareTo(MAX_CHECKPOINT_INTERVAL) > 0) {
            throw new ConfigurationException(
                    "checkpoint-interval is \"" + interval.toSeconds() + "s\", allowed is a duration of at most 5m.");
        }
        return interval;
    }

    private static Kafka kafka(Section section) {
        String prefix = section.text("topic-prefix", "open-interest.");
        if (!prefix.matches("[a-zA-Z0-9._-]{1,200}")) {
            throw section.wrong("topic-prefix", "at most 200 letters, digits, dots, hyphens and underscores");
        }
        Kafka kafka = new Kafka(
                section.text("bootstrap-servers", null),
                prefix,
                section.choice("delivery-guarantee", Guarantee.class, Guarantee.EXACTLY_ONCE),
                section.integer("partitions", 1, 1000, 4),
                section.integer("replication-factor", 1, 100, 1).shortValue(),
                section.duration("retention", Duration.ofMillis(1), Duration.ofDays(7)));
        section.end();
        return kafka;
    }

    private static Local local(Section section) {
        Local local = new Local(
                section.integer("dashboard-port", 1, 65535, 8081), section.integer("kafka-port", 1, 65535, 9092));
        section.end();
        return local;
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
}
