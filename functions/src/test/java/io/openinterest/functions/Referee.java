package io.openinterest.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.openinterest.functions.record.Edition;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Ledger;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.Pass;
import io.openinterest.functions.record.TotalRow;
import io.openinterest.observation.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Records of an independent implementation, kept beside the repository. Its totals are the input of the metrics, its
 * metrics and alerts what must come out. Tests are skipped where the folder is absent.
 */
public final class Referee {

    static final JsonMapper MAPPER = (JsonMapper) Json.mapper(Json.Decimals.NUMBER)
            .registerModule(new SimpleModule().addDeserializer(Instant.class, new JsonDeserializer<>() {
                @Override
                public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                    return Instant.parse(parser.getText());
                }
            }));

    private final Path folder;

    private Referee(Path folder) {
        this.folder = folder;
    }

    /** The generated set; skips the test where it is absent. */
    public static Referee generated() {
        Path folder = Path.of(System.getProperty("shared.directory", "../../shared"), "referee", "generated");
        assumeTrue(Files.isDirectory(folder), () -> "no expected records at " + folder.toAbsolutePath());
        return new Referee(folder);
    }

    public Path folder() {
        return folder;
    }

    /** The lines of a topic, without the key: the value as text. */
    public List<String> values(String topic) {
        Path file = folder.resolve("expected/open-interest." + topic + ".jsonl.gz");
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(line -> line.substring(line.indexOf("\"value\":") + 8, line.length() - 1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All totals by time, with what the metrics need beyond the published record taken from the expected metrics. */
    public List<TotalRow> totals() {
        List<TotalRow> rows = new ArrayList<>();
        for (Interval interval : Interval.values()) {
            Map<String, JsonNode> metrics = new HashMap<>();
            for (String text : values("metrics." + interval.text())) {
                JsonNode row = tree(text);
                metrics.put(
                        row.get("level").asText()
                                + row.get("id").asText()
                                + row.get("time").asText(),
                        row);
            }
            for (Level level : EnumSet.complementOf(EnumSet.of(Level.MARKET))) {
                for (String text : values(level.text() + "." + interval.text())) {
                    TotalRow row = read(text, TotalRow.class);
                    JsonNode of = metrics.get(level.text() + row.entity().id() + Json.text(row.time()));
                    assertThat(of)
                            .as("metrics of %s at %s", row.key(), row.time())
                            .isNotNull();
                    rows.add(withUnpublished(
                            row,
                            new TotalRow.Unpublished(
                                    decimal(of, "hhi"),
                                    decimal(of, "effective_count"),
                                    of.get("leader").isNull()
                                            ? null
                                            : of.get("leader").asText(),
                                    decimal(of, "leader_share"),
                                    decimal(of, "funding_rate_8h"),
                                    decimal(of, "volume_ratio"),
                                    null)));
                }
            }
        }
        rows.sort(Comparator.comparing(TotalRow::time).thenComparing(TotalRow::interval));
        return rows;
    }

    public static JsonNode tree(String text) {
        return read(text, JsonNode.class);
    }

    public static <T> T read(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String write(Object row) {
        try {
            return MAPPER.writeValueAsString(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BigDecimal decimal(JsonNode row, String field) {
        return row.get(field).isNull() ? null : new BigDecimal(row.get(field).asText());
    }

    private static TotalRow withUnpublished(TotalRow row, TotalRow.Unpublished unpublished) {
        TotalRow.Figures figures = row.figures();
        return new TotalRow(
                row.entity(),
                row.boundary(),
                new TotalRow.Figures(
                        figures.valueUsd(),
                        figures.amountBase(),
                        figures.range(),
                        figures.split(),
                        figures.priceUsd(),
                        figures.basis(),
                        figures.change(),
                        unpublished),
                Edition.first(
                        row.edition().finalAt(), Pass.inOrder(row.boundary().millis())));
    }

    /** The row with another value and ledger. */
    public static TotalRow changed(TotalRow row, BigDecimal value, Ledger change) {
        TotalRow.Figures figures = row.figures();
        return new TotalRow(
                row.entity(),
                row.boundary(),
                new TotalRow.Figures(
                        value,
                        figures.amountBase(),
                        figures.range(),
                        figures.split(),
                        figures.priceUsd(),
                        figures.basis(),
                        change,
                        figures.unpublished()),
                row.edition());
    }

    /** The row as a pass publishes it. */
    public static TotalRow published(TotalRow row, Pass pass) {
        Edition edition = row.edition();
        return new TotalRow(
                row.entity(),
                row.boundary(),
                row.figures(),
                new Edition(edition.revision(), edition.finalAt(), edition.withdrawn(), pass));
    }
}
