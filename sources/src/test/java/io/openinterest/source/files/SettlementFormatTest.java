package io.openinterest.source.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettlementFormatTest {

    private static final String HEADER =
            "trade_date,product_code,contract_month,open_interest,settle,is_final,published_at\n";

    /** Younger than a value counts. */
    private static final Instant PUBLISHED = Instant.now().minusSeconds(3600);

    private static final LocalDate TRADED =
            LocalDate.ofInstant(PUBLISHED, ZoneOffset.UTC).minusDays(1);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"true,false", "TRUE,FALSE", "t,f", "T,F", "1,0", "yes,no", "Y,N", "final,preliminary", "Final,Prelim"})
    void theFinalFigureOfADayCountsHoweverThatIsWritten(String isFinal, String isNot) throws IOException {
        // given a preliminary figure that was published again behind the final one
        List<Arrival> arrivals = read(row("21000", isFinal, 0) + row("20000", isNot, 30));

        assertThat(arrivals)
                .extracting(Arrival::observation)
                .extracting(Observation::contractCount)
                .map(count -> count.toPlainString())
                .containsExactly("21000");
    }

    @Test
    void aCorrectionCountsThatWasPublishedHalfASecondLater() throws IOException {
        // given times that are in another order as texts
        String second = PUBLISHED.truncatedTo(ChronoUnit.SECONDS).toString();
        String corrected = second.replace("Z", ".500Z");

        List<Arrival> arrivals = read(TRADED + ",BTC,2029-12,21000,86250,true," + corrected + "\n" + TRADED
                + ",BTC,2029-12,20000,86250,true," + second + "\n");

        assertThat(arrivals)
                .extracting(arrival -> arrival.observation().contractCount().toPlainString())
                .containsExactly("21000");
    }

    @Test
    void whatIsNeitherTrueNorFalseIsInQuarantine() throws IOException {
        List<Arrival> arrivals = read(
                row("21000", "true", 0) + row("20000", "maybe", 30) + row("20001", "", 31) + row("20002", "P", 32));

        assertThat(counts(arrivals)).containsExactly("21000");
        assertThat(rejected(arrivals))
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(
                        tuple(Reason.BAD_RECORD, "is_final is 'maybe', allowed is true or false"),
                        tuple(Reason.BAD_RECORD, "is_final is '', allowed is true or false"),
                        tuple(Reason.BAD_RECORD, "is_final is 'P', allowed is true or false"));
    }

    /** What one line has in place of a date, a figure or a time costs that line, and never another of its contract. */
    @ParameterizedTest
    @ValueSource(strings = {"", "n/a", "NaN", "-1", "1e999999999", "'", "99999999999999999999", "20/11/2029", "\u0000"})
    void aLineThatCantBeReadHidesNoOther(String junk) throws IOException {
        String good = row("21000", "true", 0);
        List<String> cells = List.of(row("20000", "true", 30).strip().split(","));
        for (int place : new int[] {0, 1, 2, 5, 6}) {
            List<String> changed = new ArrayList<>(cells);
            changed.set(place, junk);

            List<Arrival> arrivals = read(good + String.join(",", changed) + "\n");

            assertThat(counts(arrivals)).as("place %d", place).containsExactly("21000");
            assertThat(rejected(arrivals)).as("place %d", place).hasSize(1);
        }
    }

    /** What one line has in place of a figure costs that line, and the newest that can be read counts. */
    @ParameterizedTest
    @ValueSource(strings = {"", "n/a", "NaN", "-1", "1e999999999", "'", "\u0000"})
    void aFigureThatCantBeReadLeavesTheOneBeforeIt(String junk) throws IOException {
        String older = row("19000", "false", 0) + row("21000", "true", 10);
        for (int place : new int[] {3, 4}) {
            List<String> cells =
                    new ArrayList<>(List.of(row("20000", "true", 30).strip().split(",")));
            cells.set(place, junk);

            List<Arrival> arrivals = read(older + String.join(",", cells) + "\n");

            assertThat(counts(arrivals)).as("place %d", place).containsExactly("21000");
            assertThat(rejected(arrivals))
                    .as("place %d", place)
                    .extracting(Quarantined::market)
                    .containsExactly("cme-BTCZ9-future");
        }
    }

    @Test
    void theTermsOfALineWithoutAFigureChangeNoOther() throws IOException {
        String header = HEADER.strip() + ",contract_size\n";
        String older = row("21000", "true", 0).strip() + ",5\n";

        List<Arrival> arrivals = readFile(header + older + row("?", "true", 30).strip() + ",50\n");

        assertThat(arrivals.stream().map(Arrival::observation).filter(Objects::nonNull))
                .extracting(observation -> observation.amountBase().toPlainString())
                .containsExactly("105000");
    }

    /** It would keep all figures of the contract back until then. */
    @Test
    void aFigureThatWasPublishedInAYearToComeCountsForNothing() throws IOException {
        List<Arrival> arrivals = read(row("21000", "true", 0) + row("20000", "true", 366 * 86_400));

        assertThat(counts(arrivals)).containsExactly("21000");
        assertThat(rejected(arrivals))
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(
                        Reason.BAD_RECORD,
                        "published_at is '" + PUBLISHED.plusSeconds(366 * 86_400) + "', a day or more from now"));
    }

    /** It would hide all figures of the contract until then. */
    @Test
    void aFigureOfADayAfterItWasPublishedCountsForNothing() throws IOException {
        List<Arrival> arrivals = read(row("21000", "true", 0)
                + row("20000", "true", 30)
                        .replace(TRADED.toString(), TRADED.plusYears(1).toString()));

        assertThat(counts(arrivals)).containsExactly("21000");
        assertThat(rejected(arrivals))
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(
                        Reason.BAD_RECORD,
                        "trade_date is '" + TRADED.plusYears(1) + "', a day or more after it was published"));
    }

    /** One file can have it from CME's pages and from its data. */
    @ParameterizedTest
    @ValueSource(strings = {"202912", "DEC 29", "Dec 29"})
    void aMonthIsTheSameHoweverItIsWritten(String month) throws IOException {
        List<Arrival> arrivals = read(row("20000", "false", 0).replace("2029-12", month) + row("21000", "true", 30));

        assertThat(counts(arrivals)).containsExactly("21000");
        assertThat(rejected(arrivals)).isEmpty();
    }

    @Test
    void aFigureThatIsWorthMoreThanAnyMarketLeavesTheOneBeforeIt() throws IOException {
        // given 5 x 86250 x 10^8 dollars
        List<Arrival> arrivals = read(row("21000", "true", 0) + row("100000000", "true", 30));

        assertThat(counts(arrivals)).containsExactly("21000");
        assertThat(rejected(arrivals))
                .extracting(Quarantined::market, Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple("cme-BTCZ9-future", Reason.IMPLAUSIBLE, "value_usd is above 10^12 USD"));
    }

    @Test
    void twoFiguresOfOneTimeDenyEachOther() throws IOException {
        List<Arrival> arrivals = read(row("20000", "true", 0) + row("21000", "true", 30) + row("2100", "true", 30));

        assertThat(counts(arrivals)).containsExactly("20000");
        assertThat(rejected(arrivals))
                .extracting(Quarantined::market, Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(
                        "cme-BTCZ9-future",
                        Reason.IMPLAUSIBLE,
                        "the file states other figures of the same contract and time"));
    }

    @Test
    void aLineThatStandsTwiceIsOne() throws IOException {
        List<Arrival> arrivals = read(row("21000", "true", 0) + row("21000.0", "true", 0));

        assertThat(counts(arrivals)).containsExactly("21000");
        assertThat(rejected(arrivals)).isEmpty();
    }

    /** Of two figures of one name nobody can tell the one that is meant. */
    @Test
    void aColumnThatIsNamedTwiceMakesTheFileUnreadable() throws IOException {
        List<Arrival> arrivals = readFile(
                HEADER.strip() + ",open_interest\n" + row("21000", "true", 0).strip() + ",7\n");

        assertThat(counts(arrivals)).isEmpty();
        assertThat(rejected(arrivals))
                .extracting(Quarantined::detail)
                .containsExactly("the first line names the column open_interest more than once");
    }

    /** What is not read may have any name. */
    @Test
    void otherColumnsMayBeNamedTwice() throws IOException {
        List<Arrival> arrivals = readFile(
                HEADER.strip() + ",note,note\n" + row("21000", "true", 0).strip() + ",a,b\n");

        assertThat(counts(arrivals)).containsExactly("21000");
        assertThat(rejected(arrivals)).isEmpty();
    }

    private List<Arrival> read(String rows) throws IOException {
        return readFile(HEADER + rows);
    }

    private List<Arrival> readFile(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("day.csv"), content);
        SettlementFormat format = new SettlementFormat(VenueSettings.of("cme", SourceSettings.defaults()));
        List<Arrival> arrivals = new ArrayList<>();
        try (StreamFormat.Reader<Arrival> reader = format.createReader(
                new Configuration(), new LocalFileSystem().open(new org.apache.flink.core.fs.Path(file.toUri())))) {
            for (Arrival arrival = reader.read(); arrival != null; arrival = reader.read()) {
                arrivals.add(arrival);
            }
        }
        return arrivals;
    }

    private static String row(String openInterest, String isFinal, int seconds) {
        return TRADED + ",BTC,2029-12," + openInterest + ",86250," + isFinal + "," + PUBLISHED.plusSeconds(seconds)
                + "\n";
    }

    private static List<String> counts(List<Arrival> arrivals) {
        return arrivals.stream()
                .map(Arrival::observation)
                .filter(Objects::nonNull)
                .map(observation -> observation.contractCount().toPlainString())
                .toList();
    }

    private static List<Quarantined> rejected(List<Arrival> arrivals) {
        return arrivals.stream()
                .map(Arrival::quarantined)
                .filter(Objects::nonNull)
                .toList();
    }
}
