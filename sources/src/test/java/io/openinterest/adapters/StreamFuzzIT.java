package io.openinterest.adapters;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.openinterest.observation.Origin;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Reply;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** No sequence of messages, whatever was merged before, makes a stream's parser throw past its reader. */
class StreamFuzzIT {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final List<String> STREAMING = List.of(
            "binance-options",
            "bitmex",
            "bybit-linear",
            "bybit-option",
            "deribit",
            "hyperliquid",
            "kraken-futures",
            "okx");

    /** What messages are made of; the fuzzer chooses and glues. */
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "null",
            "\"topic\":\"tickers.BTCUSDT\"",
            "\"type\":\"snapshot\"",
            "\"type\":\"delta\"",
            "\"data\":",
            "\"arg\":{\"channel\":\"open-interest\",\"instId\":\"BTC-USD-SWAP\"}",
            "\"event\":\"error\"",
            "\"table\":\"instrument\"",
            "\"action\":\"partial\"",
            "\"method\":\"subscription\"",
            "\"params\":{\"channel\":\"ticker.BTC-PERPETUAL.agg2\",\"data\":{\"open_interest\":1}}",
            "\"symbol\":\"BTCUSDT\"",
            "\"product_id\":\"PI_XBTUSD\"",
            "\"feed\":\"ticker\"",
            "\"openInterest\":\"1\"",
            "\"id\":1",
            "\"req_id\":\"1\"",
            "\"success\":false",
            "\"error\":{\"code\":10028}",
            "1e999999999");

    @FuzzTest(maxDuration = "5s")
    void anySequenceIsReadOrRejected(FuzzedDataProvider data) {
        VenueSettings plain = VenueSettings.of(data.pickValue(STREAMING), SourceSettings.defaults());
        VenueSettings settings = new VenueSettings(
                plain.id(), null, null, null, null, null, Map.of("transport", "websocket"), plain.common());
        Venue venue = Adapters.create(settings);
        VenueReader out = new VenueReader(venue, settings, new Unheard());
        Unheard socket = new Unheard();
        for (Feed feed : venue.feeds()) {
            if (feed instanceof Feed.Subscription stream) {
                if (stream.subscribe() != null) {
                    socket.send(stream.subscribe().apply(List.of("BTCUSDT")));
                }
                while (data.remainingBytes() > 0) {
                    Reply message = Reply.message(text(data), NOW);
                    out.read(
                            feed.name(),
                            Origin.WEBSOCKET,
                            "WS",
                            message,
                            observer -> stream.parser().read(message, socket, observer));
                }
            }
        }
    }

    private static String text(FuzzedDataProvider data) {
        if (data.consumeBoolean()) {
            return data.consumeString(200);
        }
        StringBuilder text = new StringBuilder("{");
        for (int pieces = data.consumeInt(0, 12); pieces > 0; pieces--) {
            text.append(data.pickValue(PIECES));
        }
        return text.append('}').toString();
    }
}
