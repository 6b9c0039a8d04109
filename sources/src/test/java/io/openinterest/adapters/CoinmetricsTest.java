package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.venue.Feed;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoinmetricsTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final VenueSettings SETTINGS = VenueSettings.of("coinmetrics", SourceSettings.defaults());

    @Test
    void asksTheCommunityHostWithoutAKeyAndTheProfessionalOneWithIt() {
        assertThat(new Coinmetrics(SETTINGS, null).restUrl()).isEqualTo("https://community-api.coinmetrics.io");
        assertThat(new Coinmetrics(SETTINGS, " ").limits().get(0).weight()).isEqualTo(10);
        assertThat(new Coinmetrics(SETTINGS, "k1").restUrl()).isEqualTo("https://api.coinmetrics.io");
        assertThat(new Coinmetrics(SETTINGS, "k1").limits().get(0).weight()).isEqualTo(6000);
    }

    @Test
    void theKeyIsSentButNeverShown() {
        // given
        Feed.Poll list = (Feed.Poll) new Coinmetrics(SETTINGS, "s3cret").feeds().get(0);
        List<Request> requests = list.plan().requests(null, NOW);

        // then
        assertThat(requests).isNotEmpty().allSatisfy(request -> {
            assertThat(request.secret()).isEqualTo("api_key=s3cret");
            assertThat(request.toString()).doesNotContain("s3cret");
        });
        String answer = "{\"next_page_url\":\"https://api.coinmetrics.io/v4/x?api_key=s3cret&next_page_token=a\"}";
        assertThat(Reply.of(requests.get(0), 200, Map.of(), answer, NOW).text()).doesNotContain("s3cret");
    }

    @Test
    void waitsAsLongAsTheLimitSays() {
        Reply limited = Reply.of(
                Request.get("/v4/x"),
                429,
                Map.of("x-ratelimit-reset", "4"),
                "{\"error\":{\"type\":\"rate_limit\",\"message\":\"x\"}}",
                NOW);

        assertThat(new Coinmetrics(SETTINGS, null).fault(limited).pause()).isEqualTo(Duration.ofSeconds(4));
    }
}
