package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Origin;
import io.openinterest.valuation.Listing;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.RateLimit;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BinanceTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static Binance venue(String id) {
        return new Binance(VenueSettings.of(id, SourceSettings.defaults()));
    }

    @Test
    void bothProductLinesDrawOnOnePoolThatTheHeaderCorrects() {
        RateLimit usdm = venue("binance-usdm").limits().get(0);

        assertThat(venue("binance-coinm").limits().get(0)).isEqualTo(usdm);
        assertThat(usdm.weight()).isEqualTo(2400);
        assertThat(usdm.usedHeader()).isEqualTo("x-mbx-used-weight-1m");
        assertThat(new BinanceOptions(VenueSettings.of("binance-options", SourceSettings.defaults()))
                        .limits()
                        .get(0)
                        .scope())
                .isNotEqualTo(usdm.scope());
    }

    @Test
    void aMinuteOfEverySymbolTakesALittleOverAQuarterOfThePool() {
        // given: as many symbols as the venue trades
        Binance venue = venue("binance-usdm");
        VenueSettings settings = VenueSettings.of("binance-usdm", SourceSettings.defaults());
        VenueReader out = new VenueReader(venue, settings, new Unheard());
        Map<String, Feed.Poll> polls =
                venue.feeds().stream().map(Feed.Poll.class::cast).collect(Collectors.toMap(Feed::name, poll -> poll));
        Reply list = Reply.of(Request.get("/fapi/v1/exchangeInfo"), 200, Map.of(), exchangeInfo(650), NOW);
        VenueReader.Outcome listed = out.read(
                "instruments",
                Origin.REST,
                "instruments",
                list,
                observer -> polls.get("instruments").parser().accept(list, observer));
        Listing listing = new Listing();
        listing.read(list.request(), listed);
        out.refresh(listing, true, "instruments", NOW);

        // when
        List<Request> openInterest = polls.get("open-interest").plan().requests(out.instruments(), NOW);
        List<Request> prices = polls.get("prices").plan().requests(out.instruments(), NOW);

        // then
        assertThat(openInterest).hasSize(650).allMatch(request -> request.limit() == null);
        assertThat(openInterest.stream().mapToInt(Request::weight).sum()
                        + prices.stream().mapToInt(Request::weight).sum())
                .isEqualTo(660);
    }

    @Test
    void historyHasABudgetOfItsOwn() {
        Binance venue = venue("binance-usdm");
        RateLimit history = venue.limits().get(1);
        var btc = Instrument.perpetual("BTCUSDT", "BTC", "USDT", "USDT");

        assertThat(history.weight()).isEqualTo(1000);
        assertThat(history.per()).isEqualTo(Duration.ofMinutes(5));
        assertThat(venue.history().plan().requests(List.of(btc), NOW.minusSeconds(600), NOW))
                .allMatch(request -> request.limit().equals(history.scope()));
    }

    @Test
    void noQuestionGoesBackMoreThanThirtyDays() {
        var btc = Instrument.perpetual("BTCUSDT", "BTC", "USDT", "USDT");

        List<Request> requests =
                venue("binance-usdm").history().plan().requests(List.of(btc), NOW.minusSeconds(40 * 86_400), NOW);

        assertThat(Long.parseLong(requests.get(0).param("startTime")))
                .isBetween(
                        NOW.minusSeconds(30 * 86_400).toEpochMilli(),
                        NOW.minusSeconds(29 * 86_400).toEpochMilli());
    }

    private static String exchangeInfo(int symbols) {
        return IntStream.range(0, symbols)
                .mapToObj(i -> "{\"symbol\":\"A" + i + "USDT\",\"contractType\":\"PERPETUAL\",\"status\":\"TRADING\","
                        + "\"deliveryDate\":4133404800000,\"baseAsset\":\"A" + i
                        + "\",\"quoteAsset\":\"USDT\",\"marginAsset\":\"USDT\"}")
                .collect(Collectors.joining(",", "{\"symbols\":[", "]}"));
    }
}
