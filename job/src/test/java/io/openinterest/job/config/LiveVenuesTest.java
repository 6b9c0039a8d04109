package io.openinterest.job.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.adapters.Adapters;
import io.openinterest.job.OpenInterestJob;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueCalendar;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    @Test
    void aVenueIsAddedByItsFileAndAnEntryInTheUsersConventions(@TempDir Path folder) throws IOException {
        Path conventions = Files.writeString(
                folder.resolve("conventions.yaml"),
                resource("/conventions.yaml")
                        + "  - {venue: tide-gauge, unit: base, sides: 1, time: snapshot, since: \"2026-01-01\"}\n");
        String[] added = {"conventions=" + conventions, "venues.tide-gauge.enabled=true"};

        JobConfiguration configuration = configuration(with(added, "venues.tide-gauge.region=south"));

        assertThat(LiveVenues.maxAges(configuration)).containsEntry("tide-gauge", Duration.ofHours(96));
        assertThat(LiveVenues.awaited(configuration)).contains("tide-gauge");
        assertThat(LiveVenues.of(configuration))
                .filteredOn(venue -> venue.id().equals("tide-gauge"))
                .singleElement()
                .satisfies(venue -> {
                    assertThat(Adapters.create(venue).restUrl()).isEqualTo("http://localhost:1/south");
                    assertThat(venue.maxAge()).as("the venue's own holds").isNull();
                    assertThat(venue.common().conventions().knows("tide-gauge")).isTrue();
                });
        assertThatThrownBy(() -> configuration(with(added, "venues.tide-gauge.region=west")))
                .hasMessage("venues.tide-gauge.region is \"west\", allowed is north, south.");
        assertThatThrownBy(() -> configuration(with(added, "venues.tide-gauge.regoin=south")))
                .hasMessageStartingWith("There is no key venues.tide-gauge.regoin (set to \"south\"), perhaps"
                        + " venues.tide-gauge.region is meant; ");
        assertThat(LiveVenues.maxAges(configuration(with(added, "venues.tide-gauge.max-age=2h"))))
                .containsEntry("tide-gauge", Duration.ofHours(2));
    }

    @Test
    void whatAVenuesFileSaysHoldsAndEveryKeyItDeclaresIsTaken() {
        SourceSettings common = SourceSettings.defaults();
        List<String> ids = common.conventions().venues().toList();
        assertThat(ids).contains("okx", "cme", "binance-options");
        for (String id : ids) {
            Venue venue = Adapters.create(VenueSettings.of(id, common));
            assertThat(LiveVenues.maxAges(configuration())).containsEntry(id, venue.maxAge());
            venue.options().forEach((key, allowed) -> {
                for (String value : allowed.isEmpty() ? List.of("any") : allowed) {
                    assertThat(configuration("venues." + id + "." + key + "=" + value)
                                    .venues()
                                    .get(id)
                                    .options())
                            .containsEntry(key, value);
                }
            });
        }
    }

    @Test
    void anUnusableConventionsFileIsToldInOneSentence(@TempDir Path folder) throws IOException {
        for (String content : List.of("", "conventions:", "- a", "conventions: [{venue: okx, sides: 3}]", "a: [")) {
            Path file = Files.writeString(folder.resolve("c.yaml"), content);
            assertThatThrownBy(() -> configuration("conventions=" + file))
                    .as(content)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("conventions " + file + " can't be used: ")
                    .hasMessageNotContaining("\n");
        }
        assertThatThrownBy(() -> configuration("conventions=" + folder))
                .hasMessage("conventions " + folder + " can't be read, allowed is a YAML file.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "conventions.yaml   | conventions: [~]                     | conventions[0] has no value",
                "conventions.yaml   | conventions: []                      | it has no entries",
                "conventions.yaml   | conventions: [{sides: 1.5}]          | conventions[0].sides says '1.5', which is not allowed",
                "conventions.yaml   | conventions: [{unit: lots}]          | conventions[0].unit says 'lots', which is not allowed",
                "conventions.yaml   | conventions: [{sides: 1, type: swap}] | type of null is swap, allowed are perpetual, future, option",
                "asset-classes.yaml | {words: {equity: }, assets: {}, tickers: []}    | words.equity has no value",
                "asset-classes.yaml | {words: {equity: [~]}, assets: {}, tickers: []} | words.equity[0] has no value",
                "asset-classes.yaml | {words: {}, assets: {}, tickers: [~]}           | tickers[0] has no value",
                "asset-classes.yaml | {words: {}, words: {}}               | it is not readable as YAML at line 1",
                "asset-classes.yaml | more: 1                              | more is no key, allowed is words, assets, tickers",
                "asset-classes.yaml | words: {}                            | words, assets and tickers are needed",
                "products.yaml      | ~                                    | it is empty",
                "products.yaml      | asked: {okx: }                       | asked.okx has no value",
                "products.yaml      | asked: {okx: [~]}                    | asked.okx[0] has no value",
                "products.yaml      | cme: {BTC: {base: btc, size: -1}}    | a product of CME needs base and a size above 0"
            })
    void aFileOfTheConfigurationThatCantBeUsedIsToldWithThePlace(
            String name, String content, String why, @TempDir Path folder) throws IOException {
        // given
        Path conventions = Files.writeString(folder.resolve("conventions.yaml"), resource("/conventions.yaml"));
        Path file = Files.writeString(folder.resolve(name), content);

        // then
        assertThatThrownBy(() -> LiveVenues.of(configuration("conventions=" + conventions)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageEndingWith(file + " can't be used: " + why + ".");
    }

    @Test
    void theUsersCalendarStandsBesideTheConventions(@TempDir Path folder) throws IOException {
        // given
        Path conventions = Files.writeString(folder.resolve("conventions.yaml"), resource("/conventions.yaml"));
        JobConfiguration configuration = configuration("conventions=" + conventions);

        // then without one it is that of the jar
        assertThat(LiveVenues.calendar(configuration)).isEqualTo(VenueCalendar.builtIn());

        // and with one that can't be used, the start ends with the place
        Path file = Files.writeString(folder.resolve("venue-calendar.yaml"), "changes: [{date: soon, venue: okx}]");
        assertThatThrownBy(() -> OpenInterestJob.check(configuration))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(file + " can't be used: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "venues.coinmetrics.enabled=true      | cme, coinmetrics",
                "venues.coinmetrics.symbols=bitmex-*  | coinmetrics",
                "venues.coinmetrics.symbols='*-future' | cme, coinmetrics",
                "venues.coinmetrics.enabled=false     |"
            })
    void aChangeIsShownOfEveryVenueThatIsDelivered(String setting, String shown, @TempDir Path folder)
            throws IOException {
        // given
        Path conventions = Files.writeString(folder.resolve("conventions.yaml"), resource("/conventions.yaml"));
        Files.writeString(folder.resolve("venue-calendar.yaml"), """
                changes:
                  - {date: "2026-12-25", venue: cme, what: "settles earlier"}
                  - {date: "2026-12-25", venue: coinmetrics, what: "asks for a key"}
                """);

        // then
        assertThat(LiveVenues.announced(
                        configuration("conventions=" + conventions, setting), LocalDate.parse("2026-12-01")))
                .extracting(VenueCalendar.Change::venue)
                .containsExactly(shown == null ? new String[0] : shown.split(", "));
    }

    @Test
    void whatCoinMetricsDeliversOfCmeIsItsAnswer() {
        assertThat(LiveVenues.deliverers(configuration())).containsExactly(Map.entry("cme", "coinmetrics"));
        assertThat(LiveVenues.deliverers(configuration("venues.coinmetrics.symbols=bitmex-*")))
                .isEmpty();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = LiveVenuesTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String[] with(String[] overrides, String more) {
        String[] all = Arrays.copyOf(overrides, overrides.length + 1);
        all[overrides.length] = more;
        return all;
    }

    private static JobConfiguration configuration(String... overrides) {
        Arguments arguments = new Arguments();
        for (String override : overrides) {
            arguments.set(override.split("=")[0], override.split("=")[1]);
        }
        return arguments.configuration(SourceKind.LIVE);
    }
}
