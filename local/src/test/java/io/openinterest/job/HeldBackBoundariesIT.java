package io.openinterest.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.MiniClusters;
import io.openinterest.functions.alert.RuleRecord;
import io.openinterest.job.config.Arguments;
import io.openinterest.job.config.JobConfiguration;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.observation.Arrival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Boundaries that are published late, because only implausible observations came for a while, through the whole graph:
 * every record is that of the plausible observations alone.
 */
@Timeout(300)
class HeldBackBoundariesIT {

    @RegisterExtension
    static final MiniClusterExtension CLUSTER = MiniClusters.withSlots(4);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String RULES = """
            [{"id":"age","level":"total","interval":"1m","metric":"max_age_ms","direction":"above","warning":400000,\
            "kind":"data-quality"},
            {"id":"cov","level":"total","interval":"1m","metric":"coverage","direction":"below","warning":0.5,\
            "kind":"data-quality"},
            {"id":"val","level":"exchange","interval":"5m","metric":"value_usd","direction":"above","warning":1000000,\
            "kind":"data-quality"},
            {"id":"unch","level":"exchange","interval":"5m","metric":"unchanged_minutes","direction":"above",\
            "warning":4,"kind":"data-quality"}]
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void tenMinutesOpenTheAlertsOfTheirTime(int parallelism) throws Exception {
        List<String> records = assertSameAsPlausible(10, 41, "5m", parallelism);

        assertThat(alerts(records))
                .contains("unch exchange:binance open 2026-03-01T07:15:00Z", "cov total:all open 2026-03-01T07:16:00Z");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void anHourAndMoreLetsNoAlertExpireWhoseRecordsGoOn(int parallelism) throws Exception {
        List<String> records = assertSameAsPlausible(75, 100, "3h", parallelism);

        assertThat(alerts(records)).isNotEmpty().noneMatch(alert -> alert.contains(" expired "));
    }

    @Test
    void subtasksAgreeOnBoundariesHeldBackWhenTheNextObservationComesInTheMinuteTheyPass() throws Exception {
        // given markets in many shards, each observed at its time of the minute, and one ahead of them that can't be
        // believed
        StringBuilder observations = new StringBuilder();
        for (int second = 0; second < 90 * 60; second += 5) {
            int market = second / 5 % 12;
            int minute = second / 60;
            if (minute < 10) {
                observations.append(observation("exchange" + market, minute, second % 60, 10_000 + second));
            } else if (second % 7 == 0) {
                observations.append(observation("exchange0", minute + 4, second % 60, 200_000 << (second % 5)));
            } else if (second % 3 == 0) {
                observations.append(
                        observation("exchange" + (1 + second / 5 % 11), minute, second % 60, 10_000 + second));
            }
        }

        List<String> records = replay(observations, "3h", 1);

        for (int run = 0; run < 3; run++) {
            assertThat(replay(observations, "3h", 4)).containsExactlyInAnyOrderElementsOf(records);
        }
    }

    /** Minute by minute one market, of which so many minutes after the tenth are implausible, beside one that is silent. */
    private List<String> assertSameAsPlausible(int implausible, int minutes, String maxAge, int parallelism)
            throws Exception {
        StringBuilder all = new StringBuilder(observation("okx", 0, 5, 3000));
        StringBuilder plausible = new StringBuilder(all);
        for (int minute = 0; minute < minutes; minute++) {
            boolean isPlausible = minute <= 10 || minute > 10 + implausible;
            String line =
                    observation("binance", minute, 10, isPlausible ? 10_000 + 100 * minute : 200_000 << (minute % 5));
            all.append(line);
            plausible.append(isPlausible ? line : "");
        }

        List<String> records = replay(all, maxAge, parallelism);

        assertThat(records)
                .filteredOn(record -> record.startsWith("quarantine "))
                .hasSize(implausible);
        assertThat(records)
                .filteredOn(record -> !record.startsWith("quarantine "))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(replay(plausible, maxAge, 1));
        return records;
    }

    /** Topic, key and value of every record. */
    private List<String> replay(CharSequence observations, String maxAge, int parallelism) throws Exception {
        Arguments arguments = new Arguments();
        arguments.set("source", "replay");
        arguments.set("replay.paths", "[" + Files.writeString(folder.resolve("recording.jsonl"), observations) + "]");
        arguments.set(
                "alerts.rules",
                Files.writeString(folder.resolve("rules.json"), RULES).toString());
        arguments.set("venues.okx.max-age", maxAge);
        arguments.set("venues.binance.max-age", maxAge);
        JobConfiguration configuration = arguments.configuration(SourceKind.LIVE);
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(parallelism);
        OpenInterestJob.prepare(environment, configuration);
        DataStream<Arrival> arrivals = Sources.arrivals(environment, configuration, 1);
        DataStream<RuleRecord> noRules = environment
                .fromData(TypeInformation.of(RuleRecord.class), new RuleRecord("none", null, 0, 0, 0))
                .filter(rule -> false);
        CollectedRecords.clear();
        Pipeline.define(arrivals, noRules, new CollectedRecords(), 1, configuration);
        environment.execute("replay");
        return CollectedRecords.texts();
    }

    private static List<String> alerts(List<String> records) {
        return records.stream()
                .filter(record -> record.startsWith("alerts "))
                .map(record -> record.substring(record.indexOf('{')))
                .map(HeldBackBoundariesIT::tree)
                .map(alert -> "%s %s:%s %s %s"
                        .formatted(
                                alert.get("rule_id").asText(),
                                alert.get("level").asText(),
                                alert.get("id").asText(),
                                alert.get("state").asText(),
                                alert.get("time").asText()))
                .toList();
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError(json, e);
        }
    }

    private static String observation(String exchange, int minute, int second, int count) {
        return """
                {"market":"%1$s-BTCUSDT-future","time":"2026-03-01T%2$02d:%3$02d:%4$02dZ","exchange":"%1$s","venue":"%1$s",\
                "symbol":"BTCUSDT","asset_class":"crypto","base":"btc","quote":"usdt","margin":"usdt","type":"perpetual",\
                "structure":"linear","contract_count":%5$d,"contract_size":1,"sides":1,"amount_base":%5$d,\
                "price_usd":1000,"price_source":"mark","value_usd":%5$d000,\
                "database_time":"2026-03-01T%2$02d:%3$02d:%4$02dZ","delisted":false,"origin":"file"}
                """.formatted(exchange, 7 + minute / 60, minute % 60, second, count);
    }
}
