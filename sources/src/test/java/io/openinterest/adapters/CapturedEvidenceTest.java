package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.Evidence;
import io.openinterest.observation.Evidence.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What captured answers say of themselves where they state a figure twice, in one endpoint or in two. */
class CapturedEvidenceTest {

    private static final Path CASES = Path.of("src", "test", "resources", "venues");

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        // the value of all markets by count and mark against the venue's own
        "bitmex, captured, own-value",
        "bitmex, captured-parts, own-value",
        "bybit-linear, captured, own-value",
        "okx, captured-options, own-value",
        // openInterest against singleOpenInterest; total_size of the tickers against position_size of the list
        "bybit-linear, captured, sides",
        "gate, captured, sides",
        // the size in the row of figures against that of the list
        "gate, captured, contract-size",
        "kucoin, captured, contract-size",
    })
    void figuresStatedTwiceConfirmTheRegistry(String venue, String name, String check) throws IOException {
        VenueCase played = new VenueCase(venue, CASES.resolve(venue).resolve(name + ".case"));

        assertThat(played.playUnchanged().evidence())
                .filteredOn(evidence -> evidence.check().equals(check))
                .extracting(Evidence::verdict)
                .isNotEmpty()
                .containsOnly(Verdict.CONFIRMED);
    }

    static Stream<Arguments> captured() throws IOException {
        try (Stream<Path> files = Files.walk(CASES)) {
            return files
                    .filter(file -> file.getFileName().toString().startsWith("captured"))
                    .sorted()
                    .map(file -> Arguments.of(file.getParent().getFileName().toString(), file))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("captured")
    void nothingCapturedContradictsTheRegistry(String venue, Path file) throws IOException {
        assertThat(new VenueCase(venue, file).playUnchanged().contradictions()).isEmpty();
    }
}
