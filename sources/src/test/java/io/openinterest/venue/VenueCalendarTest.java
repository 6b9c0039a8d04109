package io.openinterest.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.adapters.Adapters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
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
                """);

        assertThat(VenueCalendar.read(file).shownOn(LocalDate.parse("2026-11-28")))
                .hasToString("[2026-11-01 okx: lately, 2027-01-15 okx: later]");
    }

    @Test
    void theOwnCalendarShowsWhatChangedThisAutumn() {
        assertThat(VenueCalendar.builtIn().shownOn(LocalDate.parse("2026-11-29")))
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
