package io.openinterest.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.adapters.Adapters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VenueCalendarTest {

    @Test
    void showsWhatIsToComeAndWhatCameLately(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("calendar.yaml"), """
                changes:
                  - {date: "2027-01-15", venue: okx, what: "later"}
                  - {date: "2026-08-29", venue: okx, what: "long ago"}
                  - {date: "2026-11-01", venue: okx, what: "lately", source: "somewhere"}
                  - {date: "2026-11-01", venue: gate, what: "of a venue that is not read"}
                """);

        assertThat(VenueCalendar.read(file).shownOn(LocalDate.parse("2026-11-28"), Set.of("okx")))
                .hasToString("[2026-11-01 okx: lately, 2027-01-15 okx: later]");
    }

    @Test
    void theOwnCalendarShowsWhatChangedThisAutumn() {
        assertThat(VenueCalendar.builtIn().shownOn(LocalDate.parse("2026-11-29"), Set.of("htx", "bitmex")))
                .extracting(VenueCalendar.Change::venue)
                .containsExactly("htx", "bitmex");
    }

    @Test
    void refusesADateThatIsNone(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("calendar.yaml"), "changes: [{date: soon, venue: okx, what: something}]");

        assertThatThrownBy(() -> VenueCalendar.read(file))
                .hasMessageContaining("soon")
                .hasMessageContaining("YYYY");
    }

    @Test
    void theOwnCalendarNamesVenuesThatExist() {
        assertThat(VenueCalendar.builtIn().changes())
                .isNotEmpty()
                .allMatch(change -> Adapters.exists(change.venue(), Conventions.builtIn()));
    }
}
