package io.openinterest.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.venue.VenueSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveVenuesTest {

    @Test
    void enabledVenuesAreReadAsConfigured() {
        List<VenueSettings> venues = LiveVenues.of(configuration(
                "venues.okx.rest-url=http://localhost:1/okx",
                "venues.okx.poll-interval=30s",
                "venues.deribit.enabled=false",
                "rates.eur=1.1",
                "lateness=3s"));

        assertThat(venues).extracting(VenueSettings::id).contains("okx").doesNotContain("deribit");
        assertThat(venues)
                .filteredOn(venue -> venue.id().equals("okx"))
                .singleElement()
                .satisfies(okx -> {
                    assertThat(okx.restUrl()).isEqualTo("http://localhost:1/okx");
                    assertThat(okx.pollInterval()).isEqualTo(Duration.ofSeconds(30));
                    assertThat(okx.common().lateness()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(okx.common().rates()).containsOnlyKeys("eur");
                    assertThat(okx.common().directExchanges()).contains("okx").doesNotContain("deribit");
                    assertThat(okx.common().simulated()).isFalse();
                });
    }

    @Test
    void aVenueThatDoesNotExistCannotBeEnabled() {
        assertThatThrownBy(() -> LiveVenues.of(configuration("venues.no-such.enabled=true")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("venues.no-such.enabled is true, but there is no such venue.");
    }

    @ParameterizedTest
    @CsvSource({"bitmex, BitMEX closed on 2026-09-23", "ftx, FTX closed on 2022-11-11"})
    void aClosedVenueCannotBeEnabledAndTheSentenceNamesTheDate(String id, String sentence) {
        assertThatThrownBy(() -> LiveVenues.of(configuration("venues." + id + ".enabled=true")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("venues." + id + ".enabled is true, allowed is false: " + sentence);
    }

    @Test
    void cmeIsReadFromFilesAndThenNotFromAnAggregator() {
        JobConfiguration configuration = configuration("venues.cme.enabled=true", "venues.cme.files=/data/cme");

        assertThat(LiveVenues.files(configuration))
                .singleElement()
                .satisfies(cme -> assertThat(cme.option("files", null)).isEqualTo("/data/cme"));
        assertThat(LiveVenues.of(configuration))
                .extracting(VenueSettings::id)
                .contains("coinmetrics")
                .doesNotContain("cme");
        assertThat(LiveVenues.of(configuration).get(0).common().directExchanges())
                .contains("cme");
    }

    @Test
    void cmeNeedsAFolder() {
        assertThatThrownBy(() -> LiveVenues.of(configuration("venues.cme.enabled=true")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "venues.cme.files is not set, allowed is a folder or object-store prefix with *.csv files.");
    }

    private static JobConfiguration configuration(String... overrides) {
        Arguments arguments = new Arguments();
        for (String override : overrides) {
            arguments.set(override.split("=")[0], override.split("=")[1]);
        }
        return arguments.configuration(SourceKind.LIVE);
    }
}
