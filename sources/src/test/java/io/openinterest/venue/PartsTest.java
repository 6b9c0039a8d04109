package io.openinterest.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Fault.Kind;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small parts of the venue API. */
class PartsTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "BTC, btc, 1",
        "XBT, btc, 1",
        "1000PEPE, pepe, 1000",
        "10000SATS, sats, 10000",
        "1000000MOG, mog, 1000000",
        "1MBABYDOGE, babydoge, 1000000",
        "SHIB1000, shib, 1000",
        "100X, x, 100",
        "1INCH, 1inch, 1",
        "10SET, 10set, 1",
        "SPX500, spx500, 1",
        "US100, us100, 1",
        "kPEPE, kpepe, 1"
    })
    void resolvesMultipliedSymbols(String base, String asset, BigDecimal multiplier) {
        assertThat(Assets.multiplied(base)).isEqualTo(new Assets.Multiplied(asset, multiplier));
    }

    @Test
    void encodesParametersOnceAndReplacesThem() {
        Request request = Request.get("/v1/oi?limit=5").with("symbol", "龙虾-USDT");
        assertThat(request.path()).isEqualTo("/v1/oi?limit=5&symbol=%E9%BE%99%E8%99%BE-USDT");
        assertThat(request.param("symbol")).isEqualTo("龙虾-USDT");
        assertThat(request.param("sym")).isNull();

        Request second = request.withEncoded("cursor", "a%3D1").withEncoded("cursor", "b%3D2");
        assertThat(second.path()).endsWith("-USDT&cursor=b%3D2").doesNotContain("a%3D1");
    }

    @Test
    void neverShowsASecret() {
        Request request = Request.get("/v4/oi").withSecret("api_key", "hidden");
        assertThat(request.toString()).isEqualTo("GET /v4/oi");
        assertThat(request.path()).doesNotContain("hidden");

        Reply reply = Reply.of(request, 200, Map.of(), "{\"next_page_url\":\"https://x/?api_key=hidden&a=1\"}", NOW);
        assertThat(reply.toString()).doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource({
        "429, LIMITED, 7",
        "418, BANNED, 120",
        "403, DENIED, 120",
        "451, DENIED, 600",
        "408, RETRY, 7",
        "500, RETRY, 7",
        "503, RETRY, 7",
        "404, REFUSED, 7",
        "302, REFUSED, 7"
    })
    void judgesAnswersByTheirStatus(int status, Kind kind, long pauseSeconds) {
        Fault fault = Fault.of(Reply.of(Request.get("/"), status, Map.of("retry-after", "7"), "{}", NOW));
        assertThat(fault.kind()).isEqualTo(kind);
        assertThat(fault.reason()).isEqualTo(Reason.HTTP_STATUS);
        assertThat(fault.pause()).isEqualTo(Duration.ofSeconds(pauseSeconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>maintenance</html>", "", "{\"a\":", "[1,2", "{} {}", "{\"a\":1e}"})
    void doesNotTakeHalfADocumentForAnAnswer(String body) {
        Fault fault = Fault.of(Reply.of(Request.get("/"), 200, Map.of(), body, NOW));
        assertThat(fault.reason()).isEqualTo(Reason.NOT_JSON);
        assertThat(fault.kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void buildsNoTreeThatFillsTheHeap() {
        String body = "[" + "[],".repeat(2_700_000) + "[]]";
        assertThat(Fault.of(Reply.of(Request.get("/"), 200, Map.of(), body, NOW))
                        .reason())
                .isEqualTo(Reason.NOT_JSON);
    }

    @Test
    void believesNoAbsurdRetryAfter() {
        assertThat(retryAfter("999999999")).isEqualTo(Duration.ofDays(3));
        assertThat(retryAfter("99999999999999999999")).isNull();
        assertThat(retryAfter("-1")).isNull();
        assertThat(retryAfter("soon")).isNull();
    }

    @Test
    void readsTheDateOfARetryAfterByTheVenuesOwnClock() {
        assertThat(retryAfter("Fri, 20 Nov 2026 12:00:30 GMT")).isEqualTo(Duration.ofSeconds(30));
        assertThat(retryAfter("Fri, 20 Nov 2026 11:00:00 GMT")).isZero();

        // a clock that is an hour ahead of ours
        Map<String, String> headers =
                Map.of("retry-after", "Fri, 20 Nov 2026 13:00:30 GMT", "date", "Fri, 20 Nov 2026 13:00:00 GMT");
        assertThat(Fault.retryAfter(Reply.of(Request.get("/"), 429, headers, "", NOW)))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aVenueThatIsIllPausesNoLongerThanMinutes() {
        Reply reply = Reply.of(Request.get("/"), 503, Map.of("retry-after", "259200"), "", NOW);
        assertThat(Fault.of(reply).pause()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aRedirectNamesTheHostItPointsToAndNothingElseOfIt() {
        Map<String, String> headers = Map.of("location", "https://user:word@elsewhere.example/path?api_key=hidden");
        Fault fault = Fault.of(Reply.of(Request.get("/"), 301, headers, "", NOW));
        assertThat(fault.detail()).isEqualTo("the venue answered HTTP 301, which points to the host elsewhere.example");
    }

    @Test
    void readsDecimalsExactlyAndAbsentOnesAsAbsent() throws Exception {
        JsonNode row = Fields.MAPPER.readTree(
                "{\"text\":\"1.10\",\"number\":1.423e-4,\"big\":2165.173200000000000,\"empty\":\"\",\"none\":null,"
                        + "\"zero\":\"0E-18\",\"word\":\"abc\",\"huge\":1e400,\"list\":[]}");
        assertThat(Fields.decimal(row, "text")).isEqualByComparingTo("1.1");
        assertThat(Fields.decimal(row, "number")).isEqualByComparingTo("0.0001423");
        assertThat(Fields.decimal(row, "big")).isEqualByComparingTo("2165.1732");
        assertThat(Fields.decimal(row, "zero")).isZero();
        assertThat(Fields.decimal(row, "empty")).isNull();
        assertThat(Fields.decimal(row, "none")).isNull();
        assertThat(Fields.decimal(row, "missing")).isNull();
        for (String bad : new String[] {"word", "huge", "list"}) {
            assertThatThrownBy(() -> Fields.decimal(row, bad))
                    .isInstanceOf(Fields.Malformed.class)
                    .hasMessageContaining(bad);
        }
    }

    @Test
    void aBareNanCostsItsFieldAndNotTheAnswer() throws Exception {
        JsonNode row = Reply.message("{\"a\":NaN,\"b\":-Infinity,\"c\":1.50,\"t\":1e99}", NOW)
                .json();
        assertThat(Fields.decimal(row, "c")).isEqualByComparingTo("1.5");
        assertThatThrownBy(() -> Fields.decimal(row, "a")).isInstanceOf(Fields.Malformed.class);
        assertThatThrownBy(() -> Fields.decimal(row, "b")).isInstanceOf(Fields.Malformed.class);
        assertThat(Fields.figureTime(row, "t")).isNull();
    }

    @Test
    void readsTimesInMillisecondsOrSeconds() throws Exception {
        JsonNode row = Fields.MAPPER.readTree(
                "{\"ms\":\"1789458600000\",\"s\":1789458000,\"zero\":\"0\",\"far\":\"1e30\",\"iso\":\"2026-08-27T17:21:56.554123Z\"}");
        assertThat(Fields.millis(row, "ms")).isEqualTo(Instant.parse("2026-09-15T07:50:00Z"));
        assertThat(Fields.millis(row, "s")).isEqualTo(Instant.parse("2026-09-15T07:40:00Z"));
        assertThat(Fields.millis(row, "zero")).isNull();
        assertThat(Fields.iso(row, "iso")).isEqualTo(Instant.parse("2026-08-27T17:21:56.554Z"));
        assertThatThrownBy(() -> Fields.millis(row, "far")).isInstanceOf(Fields.Malformed.class);
    }

    @Test
    void findsTheMostSpecificConventionInForce(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("conventions.yaml"), """
                conventions:
                  - {venue: v, unit: contracts, sides: 1, time: none, since: "2020-01-01", source: "first"}
                  - {venue: v, unit: contracts, sides: 2, time: none, since: "2024-01-01", source: "changed"}
                  - {venue: v, structure: inverse, unit: quote, sides: 1, time: snapshot, since: "2020-01-01", source: "inverse"}
                """);
        Conventions conventions = Conventions.read(file);
        Instrument linear = Instrument.perpetual("A", "BTC", "USDT", "USDT");
        Instrument inverse = Instrument.perpetual("B", "BTC", "USD", "BTC");

        assertThat(source(conventions, linear, "2023-12-31T23:59:59Z")).isEqualTo("first");
        assertThat(source(conventions, linear, "2024-01-01T00:00:00Z")).isEqualTo("changed");
        assertThat(source(conventions, inverse, "2026-01-01T00:00:00Z")).isEqualTo("inverse");
        assertThat(source(conventions, linear, "2019-01-01T00:00:00Z")).isEqualTo("no entry");
    }

    @Test
    void refusesAConventionThatCantBe(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("conventions.yaml");
        Files.writeString(
                file, "conventions:\n  - {venue: v, unit: contracts, sides: 3, time: none, since: \"2020-01-01\"}");
        assertThatThrownBy(() -> Conventions.read(file)).hasMessageContaining("sides of v is 3, allowed are 1 and 2");
        Files.writeString(
                file,
                "conventions:\n  - {venue: v, unit: base, sidse: 1, sides: 1, time: none, since: \"2020-01-01\"}");
        assertThatThrownBy(() -> Conventions.read(file)).hasMessageContaining("sidse");
    }

    @Test
    void findsTheFileOfAVenueByItsId() {
        SourceSettings common = SourceSettings.defaults();
        assertThat(Adapters.create(VenueSettings.of("bybit-inverse", common)).exchange())
                .isEqualTo("bybit");
        assertThat(Adapters.exists("kraken-futures", common.conventions())).isTrue();
        for (String unknown :
                new String[] {"nowhere", "", "../venues", "Bybit", "java-lang", "binance", "bybit", "okx-x"}) {
            assertThat(Adapters.exists(unknown, common.conventions())).isFalse();
        }
        assertThatThrownBy(() -> Adapters.create(VenueSettings.of("nowhere", common)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no venue 'nowhere'");
    }

    private static Duration retryAfter(String header) {
        return Fault.retryAfter(Reply.of(Request.get("/"), 429, Map.of("retry-after", header), "", NOW));
    }

    private static String source(Conventions conventions, Instrument instrument, String at) {
        return conventions.find("v", "feed", instrument, Instant.parse(at)).source();
    }
}
