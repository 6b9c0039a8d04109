package io.openinterest.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Fault.Kind;
import io.openinterest.venue.QuietVenue;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a status says, every venue says alike, whatever body comes with it. */
class VerdictTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    /** In the form of each venue's errors, with codes nobody has documented. */
    private static final List<String> BODIES = List.of(
            "",
            "<html>no</html>",
            "{}",
            "[]",
            "[\"error\",99999,\"unknown\"]",
            "{\"code\":\"99999\",\"msg\":\"unknown\",\"message\":\"unknown\"}",
            "{\"code\":-9999,\"msg\":\"unknown\"}",
            "{\"retCode\":99999,\"retMsg\":\"unknown\",\"result\":{}}",
            "{\"status\":\"error\",\"err_code\":1099,\"err_msg\":\"unknown\"}",
            "{\"error\":{\"code\":99999,\"message\":\"unknown\",\"name\":\"X\"}}",
            "{\"result\":\"error\",\"error\":\"unknown\"}",
            "{\"label\":\"UNKNOWN\",\"message\":\"unknown\"}",
            "{\"success\":false,\"error\":\"unknown\"}",
            "{\"errors\":[{\"msg\":\"unknown\"}]}");

    static Stream<Arguments> venuesAndStatuses() throws IOException {
        List<Arguments> all = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Path.of("src", "test", "resources", "venues"))) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                for (int status : new int[] {403, 408, 418, 429, 451, 500, 502, 503, 504, 520}) {
                    all.add(Arguments.of(folder.getFileName().toString(), status));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} answers {1}")
    @MethodSource("venuesAndStatuses")
    void theStatusIsJudgedFirst(String id, int status) {
        Venue venue = Adapters.create(VenueSettings.of(id, SourceSettings.defaults()));
        boolean isLimit = List.of(403, 418, 429, 451).contains(status);
        Kind kind = status == 429 ? Kind.LIMITED : status == 418 ? Kind.BANNED : isLimit ? Kind.DENIED : Kind.RETRY;

        for (String body : BODIES) {
            Fault fault = verdict(venue, status, body, "900");

            assertThat(fault.kind()).as(body).isEqualTo(kind);
            assertThat(fault.reason()).as(body).isEqualTo(Reason.HTTP_STATUS);
            assertThat(fault.pause())
                    .as(body)
                    .isGreaterThanOrEqualTo(isLimit ? Duration.ofMinutes(15) : Duration.ofMinutes(5));
        }
    }

    @ParameterizedTest(name = "{0} answers {1}")
    @MethodSource("venuesAndStatuses")
    void aStatedPauseIsReadInEveryFormAndCapped(String id, int status) {
        Venue venue = Adapters.create(VenueSettings.of(id, SourceSettings.defaults()));
        boolean isLimit = List.of(403, 418, 429, 451).contains(status);
        Duration most = isLimit ? Duration.ofDays(3) : Duration.ofMinutes(5);

        for (String body : BODIES) {
            for (String stated : List.of("999999999", "99999999999999999999", "Fri, 01 Jan 2038 00:00:00 GMT")) {
                Duration pause = verdict(venue, status, body, stated).pause();
                assertThat(pause == null ? Duration.ZERO : pause)
                        .as("%s %s", stated, body)
                        .isLessThanOrEqualTo(most);
            }
            assertThat(verdict(venue, status, body, "Fri, 20 Nov 2026 12:04:00 GMT")
                            .pause())
                    .as(body)
                    .isGreaterThanOrEqualTo(Duration.ofMinutes(4));
            for (String stated : List.of("0", "-5", "soon", "")) {
                Duration pause = verdict(venue, status, body, stated).pause();
                assertThat(pause == null || !pause.isNegative())
                        .as("%s %s", stated, body)
                        .isTrue();
            }
        }
    }

    @Test
    void theVenueRefinesWithItsCodeAndALongerPause() {
        Venue htx = Adapters.create(VenueSettings.of("htx", SourceSettings.defaults()));
        Fault busy = verdict(htx, 503, "{\"status\":\"error\",\"err_code\":1099,\"err_msg\":\"busy\"}", "30");
        assertThat(busy)
                .isEqualTo(new Fault(
                        Kind.RETRY,
                        Reason.HTTP_STATUS,
                        "1099",
                        "the venue answered 1099: busy",
                        Duration.ofSeconds(30)));

        Venue bitfinex = Adapters.create(VenueSettings.of("bitfinex", SourceSettings.defaults()));
        Fault limited = verdict(bitfinex, 500, "[\"error\",11010,\"ratelimit: error\"]", "1");
        assertThat(limited.kind()).isEqualTo(Kind.LIMITED);
        assertThat(limited.pause()).isGreaterThan(Duration.ofSeconds(30));
    }

    @Test
    void anErrorOfOneQuestionStaysOne() {
        Venue binance = Adapters.create(VenueSettings.of("binance-usdm", SourceSettings.defaults()));
        Fault fault = verdict(binance, 400, "{\"code\":-4108,\"msg\":\"Symbol is on delivering.\"}", null);
        assertThat(fault.kind()).isEqualTo(Kind.REFUSED);
        assertThat(fault.code()).isEqualTo("-4108");
    }

    @Test
    void aQuestionThatIsDeniedIsRefusedWhereTheVenueSaysSo() {
        String body = "{\"error\":{\"type\":\"forbidden\",\"message\":\"not available with supplied credentials\"}}";
        Venue coinmetrics = Adapters.create(VenueSettings.of("coinmetrics", SourceSettings.defaults()));

        assertThat(verdict(coinmetrics, 403, body, null).kind()).isEqualTo(Kind.REFUSED);
        assertThat(verdict(coinmetrics, 403, "<html>", null).kind()).isEqualTo(Kind.DENIED);
        assertThat(verdict(coinmetrics, 503, body, null).kind()).isEqualTo(Kind.RETRY);
    }

    @Test
    void anAnswerTheVenueCannotJudgeIsToldAndItsStatusHolds() {
        Venue failing = new QuietVenue() {
            @Override
            public Fault fault(Reply reply) {
                throw new IllegalStateException("no code");
            }
        };

        Fault limited = verdict(failing, 429, "{}", "30");

        assertThat(limited.kind()).isEqualTo(Kind.LIMITED);
        assertThat(limited.pause()).isEqualTo(Duration.ofSeconds(30));
        assertThat(limited.detail())
                .isEqualTo("the venue answered 429: too many requests;"
                        + " the answer could not be judged: java.lang.IllegalStateException: no code");
        assertThat(verdict(failing, 200, "{}", null).kind()).isEqualTo(Kind.RETRY);
    }

    private static Fault verdict(Venue venue, int status, String body, String retryAfter) {
        Map<String, String> headers = retryAfter == null ? Map.of() : Map.of("retry-after", retryAfter);
        return Verdict.of(venue, Reply.of(Request.get("/any"), status, headers, body, NOW));
    }
}
