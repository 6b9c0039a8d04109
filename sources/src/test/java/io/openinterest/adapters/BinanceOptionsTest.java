package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.venue.Feed;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BinanceOptionsTest {

    private static BinanceOptions with(Map<String, String> options) {
        return new BinanceOptions(
                new VenueSettings("binance-options", null, null, null, null, null, options, SourceSettings.defaults()));
    }

    @Test
    void aConnectionCarriesTwoHundredStreamsAndIsReplacedBeforeTheVenueEndsIt() {
        Feed.Subscription stream = with(Map.of()).feeds().stream()
                .filter(Feed.Subscription.class::isInstance)
                .map(Feed.Subscription.class::cast)
                .findFirst()
                .orElseThrow();

        // anywhere but below /market the venue acknowledges and stays silent
        assertThat(stream.path()).isEqualTo("/market/stream");
        assertThat(stream.perConnection()).isEqualTo(200);
        assertThat(stream.maxAge()).isLessThan(Duration.ofHours(24));
        // data comes every 60 seconds
        assertThat(stream.silence()).isEqualTo(Duration.ofSeconds(150));
        assertThat(stream.ping()).isNull();
    }

    @Test
    void restAloneIsAChoice() {
        assertThat(with(Map.of("transport", "rest")).feeds()).noneMatch(Feed.Subscription.class::isInstance);
    }

    @Test
    void anUnknownStreamNameIsRefusedInOneSentence() {
        assertThatThrownBy(() -> with(Map.of("stream", "interest")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("venues.binance-options.stream is 'interest', allowed are openInterest and"
                        + " optionOpenInterest.");
    }
}
