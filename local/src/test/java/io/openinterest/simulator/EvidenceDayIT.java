package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Evidence;
import io.openinterest.observation.Evidence.Verdict;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.valuation.Kept;
import io.openinterest.valuation.Listing;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every simulated venue polled once a minute, on a clock that a whole day passes on in seconds. */
class EvidenceDayIT {

    private final List<Observation> observed = new ArrayList<>();
    private final List<Quarantined> rejected = new ArrayList<>();
    private final List<Evidence> evidence = new ArrayList<>();
    private final Map<String, Instant> asked = new HashMap<>();
    private final MovingClock clock = new MovingClock("2026-11-20T12:00:10Z");
    private final VenueSimulator simulator = new VenueSimulator(clock);
    private String id;
    private Venue venue;
    private VenueReader reader;
    private UnaryOperator<String> lens = body -> body;

    static Stream<Arguments> venues() {
        return new VenueSimulator(Clock.systemUTC())
                .venues().stream()
                        .filter(id ->
                                Adapters.exists(id, SourceSettings.defaults().conventions()))
                        .sorted()
                        .map(Arguments::of);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("venues")
    void aDayOfHonestFiguresContradictsNothing(String venueId) {
        read(venueId);

        for (int minute = 0; minute < 24 * 60; minute++) {
            poll();
        }

        assertThat(observed.size()).isGreaterThan(1000);
        assertThat(evidence).isNotEmpty().noneMatch(one -> one.verdict() == Verdict.CONTRADICTED);
        assertThat(rejected)
                .as("quarantine records")
                .noneMatch(one ->
                        one.reason() == Quarantined.Reason.IMPLAUSIBLE || one.reason() == Quarantined.Reason.SHAPE);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest(name = "{0} {2}x")
    @CsvSource({
        "binance-usdm, openInterest, 2",
        "bitget, holdingAmount, 2",
        "bybit-linear, openInterest, 2",
        "bybit-option, openInterest, 10",
        "crypto-com, oi, 2",
        "deribit, open_interest, 2",
        "dydx, openInterest, 2",
        "gate, total_size, 2",
        "hyperliquid, openInterest, 0.5",
        "kraken-futures, openInterest, 2",
        "kucoin, openInterest, 2",
        "mexc, holdVol, 1000",
        "okx, oi, 0.01",
    })
    void aVenueThatCountsOtherwiseFromSomeInstantIsHeldAndContradicted(String venueId, String field, double factor) {
        read(venueId);
        for (int minute = 0; minute < 30; minute++) {
            poll();
        }
        assertThat(observed).isNotEmpty();
        assertThat(evidence).noneMatch(one -> one.verdict() == Verdict.CONTRADICTED);
        observed.clear();

        lens = body -> Pattern.compile("(\"" + field + "\":\"?)(-?[0-9.eE+-]+)")
                .matcher(body)
                .replaceAll(found -> found.group(1)
                        + new BigDecimal(found.group(2))
                                .multiply(BigDecimal.valueOf(factor))
                                .toPlainString());
        for (int minute = 0; minute < 5; minute++) {
            poll();
        }

        assertThat(observed).as("believed").isEmpty();
        assertThat(evidence).anyMatch(one -> one.verdict() == Verdict.CONTRADICTED);
        assertThat(rejected).anyMatch(one -> one.reason() == Quarantined.Reason.IMPLAUSIBLE);
    }

    private void read(String venueId) {
        id = venueId;
        VenueSettings settings = VenueSettings.of(id, SourceSettings.defaults());
        venue = Adapters.create(settings);
        reader = new VenueReader(venue, settings, new Kept(observed, rejected, evidence));
    }

    /** A minute: what is due is asked, a second apart, and what the checks say is heard. */
    private void poll() {
        Instant end = clock.instant().plusSeconds(60);
        for (Feed feed : venue.feeds()) {
            Duration every =
                    feed instanceof Feed.Poll poll && poll.every() != null ? poll.every() : Duration.ofMinutes(1);
            Instant before = asked.get(feed.name());
            if (feed instanceof Feed.Poll poll
                    && (before == null || !before.plus(every).isAfter(clock.instant()))) {
                asked.put(feed.name(), clock.instant());
                sweep(poll);
                clock.pass(Duration.ofSeconds(1));
                reader.expire(clock.instant());
            }
        }
        clock.to(end);
        reader.expire(end);
    }

    private void sweep(Feed.Poll feed) {
        Listing listing = new Listing();
        Deque<Request> open = new ArrayDeque<>(feed.plan().requests(reader.instruments(), clock.instant()));
        while (!open.isEmpty()) {
            Request request = open.remove();
            SimReply answer = simulator.venue(id).answer(simRequest(request));
            Map<String, String> headers = new HashMap<>();
            answer.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
            Reply reply = Reply.of(request, answer.status(), headers, lens.apply(answer.body()), clock.instant());
            Fault fault = venue.fault(reply);
            if (fault != null) {
                feed.failed().accept(request, fault);
                listing.missing(request);
                continue;
            }
            VenueReader.Outcome outcome = reader.read(
                    feed.name(),
                    Origin.REST,
                    request.toString(),
                    reply,
                    out -> feed.parser().accept(reply, out));
            listing.read(request, outcome);
            open.addAll(outcome.asked());
        }
        if (feed.kind() == Feed.Poll.Kind.INSTRUMENTS) {
            reader.refresh(listing, true, feed.name(), clock.instant());
        }
    }

    private SimRequest simRequest(Request request) {
        URI target = URI.create(request.path());
        Map<String, String> query = new HashMap<>();
        if (target.getRawQuery() != null) {
            for (String pair : target.getRawQuery().split("&")) {
                String[] parts = pair.split("=", 2);
                query.putIfAbsent(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return new SimRequest(
                id, request.method(), target.getPath(), query, request.body() == null ? "" : request.body());
    }
}
