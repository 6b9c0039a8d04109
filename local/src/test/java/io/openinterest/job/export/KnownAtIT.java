package io.openinterest.job.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the guide asks of exported files. */
class KnownAtIT {

    private static final Path GUIDE = Path.of(System.getProperty("project.directory"), "docs/guide.md");

    @TempDir
    private Path folder;

    @Test
    void theNewestRevisionIsToldFromWhatWasKnownAtAnInstant() throws Exception {
        Path day = Files.createDirectories(folder.resolve("asset.1m/day=2026-03-01"));
        write(
                day.resolve("a.parquet"),
                record("11:58", "100", 0, "2026-03-01T11:58:03Z"),
                record("11:59", "200", 0, "2026-03-01T11:59:03Z"),
                record("11:58", "150", 1, "2026-03-01T11:59:03Z"));
        write(day.resolve("b.parquet"), record("11:59", "250", 1, "2026-03-01T12:01:03Z"));

        assertThat(rows(query(0))).containsExactly("btc|2026-03-01T11:58:00Z|150", "btc|2026-03-01T11:59:00Z|250");
        assertThat(rows(query(1))).containsExactly("btc|2026-03-01T11:58:00Z|150", "btc|2026-03-01T11:59:00Z|200");
    }

    /** The n-th query of the guide, over the files here. */
    private String query(int n) throws Exception {
        List<String> queries = Stream.of(Files.readString(GUIDE).split("```sql\n"))
                .skip(1)
                .map(text -> text.substring(0, text.indexOf("```")))
                .toList();
        return queries.get(n).replace("'exports/", "'" + folder + "/").replace(";", "");
    }

    private static List<String> rows(String query) throws Exception {
        List<String> rows = new ArrayList<>();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            try (ResultSet results = statement.executeQuery(query)) {
                while (results.next()) {
                    rows.add(results.getString(1) + "|"
                            + results.getObject(2, OffsetDateTime.class).toInstant() + "|"
                            + results.getBigDecimal(3).stripTrailingZeros().toPlainString());
                }
            }
        }
        return rows;
    }

    private static void write(Path file, ExportedRecord... records) throws Exception {
        try (FSDataOutputStream out = LocalFileSystem.getSharedInstance()
                .create(new org.apache.flink.core.fs.Path(file.toUri()), WriteMode.NO_OVERWRITE)) {
            BulkWriter<ExportedRecord> writer = new ParquetFile.Factory().create(out);
            for (ExportedRecord record : records) {
                writer.addElement(record);
            }
            writer.finish();
        }
    }

    private static ExportedRecord record(String time, String value, int revision, String publishedAt) {
        Instant boundary = Instant.parse("2026-03-01T" + time + ":00Z");
        return new ExportedRecord(
                "asset.1m",
                "btc",
                boundary.toEpochMilli(),
                Instant.parse(publishedAt).toEpochMilli(),
                """
                {"level":"asset","id":"btc","interval":"1m","time":"%s","value_usd":%s,"change":null,"revision":%d}""".formatted(boundary, value, revision).getBytes(UTF_8));
    }
}
