package io.openinterest.source.replay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Recordings for tests. */
final class Recorded {

    static final Instant START = Instant.parse("2026-03-01T07:00:00Z");

    private Recorded() {}

    /** A record whose contract count is its number: that many contracts of 1 USD, at 100 USD a coin. */
    static String record(int number, Instant time) {
        return """
                {"market":"bitmex-XBTUSD-future","time":"%s","exchange":"bitmex","venue":"bitmex","symbol":"XBTUSD",\
                "asset_class":"crypto","base":"btc","quote":"usd","margin":"btc","type":"perpetual",\
                "structure":"inverse","contract_count":%d,"contract_size":1,"sides":1,"amount_base":%d.%02d,\
                "price_usd":100,"price_source":"mark","value_usd":%d,"database_time":"%s","delisted":false,\
                "origin":"file"}""".formatted(time, number, number / 100, number % 100, number, START.plusSeconds(86_400));
    }

    static String record(int number, int second) {
        return record(number, START.plusSeconds(second));
    }

    static Path write(Path file, String... lines) {
        return write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static Path write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gzip(String... lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] firstHalf(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length / 2);
    }
}
