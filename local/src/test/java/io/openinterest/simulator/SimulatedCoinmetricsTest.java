package io.openinterest.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class SimulatedCoinmetricsTest {

    private static final String OPEN_INTEREST = "/v4/timeseries/market-openinterest";

    private final Asking coinmetrics = new Asking(SimulatedCoinmetrics::new);

    @Test
    void pagesEndAndTogetherNameEveryMarketOnce() {
        JsonNode first = coinmetrics.get("coinmetrics", "/v4/reference-data/markets", "page_size", "7");
        JsonNode second = coinmetrics.get(
                "coinmetrics",
                "/v4/reference-data/markets",
                "page_size",
                "7",
                "next_page_token",
                first.path("next_page_token").asText());

        assertThat(first.at("/data").size() + second.at("/data").size()).isEqualTo(12);
        assertThat(second.has("next_page_token")).isFalse();
    }

    @Test
    void hasOneFigureADayAndTheOldestFirstWherePagingBeginsAtTheStart() {
        String start = coinmetrics.now().minusSeconds(3 * 86_400).toString();

        JsonNode all = coinmetrics.get("coinmetrics", OPEN_INTEREST, "markets", "cme-BTC*-future", "start_time", start);
        JsonNode oldest = coinmetrics.get(
                "coinmetrics",
                OPEN_INTEREST,
                "markets",
                "cme-BTC*-future",
                "start_time",
                start,
                "paging_from",
                "start",
                "limit_per_market",
                "1");

        assertThat(all.at("/data")).hasSize(9);
        assertThat(oldest.at("/data")).hasSize(3);
        assertThat(oldest.at("/data/0")).isEqualTo(all.at("/data/0"));
    }

    @Test
    void oneUnknownMarketFailsTheWholeList() {
        var reply = coinmetrics.reply("coinmetrics", OPEN_INTEREST, "markets", "cme-*-future,cme-NOPE1-future");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).contains("Market 'cme-NOPE1-future' is not supported.");
    }
}
