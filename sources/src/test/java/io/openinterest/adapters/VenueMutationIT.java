package io.openinterest.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.observation.Json;
import io.openinterest.observation.JsonText;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationReader;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.RecordJson;
import io.openinterest.venue.Fields;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * Nothing a venue drops, renames or retypes ends in a silent wrong number: every value of every answer of every case is
 * deleted, set to null, given another type and scaled, one at a time. What comes of it must be the same, or less, or be
 * told by a quarantine record or a check. {@code venues/mutations.txt} names each exception and why.
 */
class VenueMutationIT {

    private static final Path CASES = Path.of("src", "test", "resources", "venues");
    private static final BigDecimal TOLERANCE = new BigDecimal("0.005");
    private static final RecordJson<Observation> WRITER = RecordJson.of(Observation.class, Json.Decimals.NUMBER);
    private static final BigDecimal EIGHT = new BigDecimal(8);

    @ParameterizedTest
    @MethodSource("io.openinterest.adapters.VenueCase#venues")
    @Execution(ExecutionMode.CONCURRENT)
    void noChangeOfOneValueIsASilentWrongResult(String venue) throws IOException {
        // given
        List<Known> exceptions = exceptions(venue);
        Tally tally = new Tally();

        // when
        boolean isWhole = true;
        for (Path file : cases(venue)) {
            try {
                mutate(venue, file, tally);
            } catch (TestAbortedException e) {
                // a captured payload that is not here
                isWhole = false;
            }
        }

        // then
        Set<Known> used = new HashSet<>();
        List<String> silent = new ArrayList<>();
        tally.silent.forEach((change, what) -> {
            List<Known> fit =
                    exceptions.stream().filter(one -> one.fits(change)).toList();
            used.addAll(fit);
            if (fit.isEmpty()) {
                silent.add(change + ": " + what);
            }
        });
        report(
                venue,
                tally,
                silent,
                exceptions.stream().filter(one -> !used.contains(one)).toList());
        assertThat(silent).as("silent wrong results").isEmpty();
        if (isWhole) {
            assertThat(exceptions).as("exceptions that are none any more").allMatch(used::contains);
        }
    }

    /** A line of the list: venue, block, path and kind of the change with {@code *} for any text, and the reason. */
    private record Known(String pattern, String why) {
        boolean fits(String change) {
            String regex = Stream.of(pattern.split("\\*", -1))
                    .map(java.util.regex.Pattern::quote)
                    .collect(Collectors.joining(".*"));
            return change.matches(regex);
        }
    }

    private static List<Known> exceptions(String venue) throws IOException {
        List<Known> exceptions = new ArrayList<>();
        for (String line : Files.readAllLines(CASES.resolve("mutations.txt"))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] parts = line.split("\\s+", 5);
            assertThat(parts)
                    .as("venue, block, path, kind and reason: %s", line)
                    .hasSize(5);
            if (parts[0].equals(venue)) {
                exceptions.add(new Known(parts[1] + " " + parts[2] + " " + parts[3], parts[4]));
            }
        }
        return exceptions;
    }

    private static final class Tally {
        int changes;
        int same;
        int told;
        int silentOnes;
        /** By block, path and kind, the first seen. */
        final Map<String, String> silent = new TreeMap<>();
    }

    private static void mutate(String venue, Path file, Tally tally) throws IOException {
        VenueCase played = new VenueCase(venue, file);
        VenueCase.Outcome right = played.playUnchanged();
        Set<Observation> readable = new HashSet<>(right.observations());
        assertThat(unreadable(right.observations())).isNull();
        for (int index = 0; index < played.blocks().size(); index++) {
            VenueCase.Block block = played.blocks().get(index);
            if (!block.isAnswer()) {
                continue;
            }
            int place = index;
            JsonNode whole = json(block.body());
            List<String> lines = whole != null ? List.of(block.body()) : block.lines();
            for (int line = 0; line < lines.size(); line++) {
                JsonNode document = json(lines.get(line));
                if (document == null) {
                    continue;
                }
                int at = line;
                Mutation.each(document, (mutation, changed) -> {
                    List<String> body = new ArrayList<>(lines);
                    body.set(at, changed);
                    VenueCase.Outcome got = played.playWith(place, String.join("\n", body));
                    String wrong = unreadable(got.observations().stream()
                            .filter(observation -> !readable.contains(observation))
                            .toList());
                    wrong = wrong == null ? judge(right, got) : wrong;
                    tally.changes++;
                    if (wrong == null) {
                        tally.same++;
                    } else if (wrong.isEmpty()) {
                        tally.told++;
                    } else {
                        tally.silentOnes++;
                        tally.silent.putIfAbsent(
                                block.word(1) + " " + mutation.path() + " " + mutation.kind(),
                                wrong + " (" + file.getFileName() + ")");
                    }
                });
            }
        }
    }

    private static JsonNode json(String text) {
        try {
            return Fields.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static void report(String venue, Tally tally, List<String> silent, List<Known> stale) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "mutations"));
        Files.write(
                folder.resolve(venue + ".txt"),
                Stream.concat(
                                Stream.of(venue + ": " + tally.changes + " changes, " + tally.same + " without effect, "
                                        + tally.told + " told, " + tally.silentOnes + " silent of "
                                        + tally.silent.size() + " kinds"),
                                Stream.concat(silent.stream(), stale.stream().map(one -> "stale: " + one)))
                        .toList());
    }

    // ---- judging --------------------------------------------------------------------------------------------------

    /** Null when nothing changed, empty when the change was told or only leaves less, else what is wrong. */
    private static String judge(VenueCase.Outcome right, VenueCase.Outcome got) {
        if (isTold(right.quarantine(), got.quarantine())
                || !right.contradictions().containsAll(got.contradictions())) {
            return "";
        }
        if (!got.asked().containsAll(right.asked())) {
            return "a page is not asked for";
        }
        Map<String, List<Observation>> expected = byMarket(right.observations());
        Map<String, List<Observation>> found = byMarket(got.observations());
        boolean isLess = false;
        for (Map.Entry<String, List<Observation>> entry : found.entrySet()) {
            List<Observation> all = expected.getOrDefault(entry.getKey(), List.of());
            if (entry.getValue().size() > all.size()) {
                return entry.getKey() + " is observed where it must not be";
            }
            if (entry.getValue().size() < all.size()) {
                isLess = true;
                continue;
            }
            for (int index = 0; index < all.size(); index++) {
                String wrong = difference(all.get(index), entry.getValue().get(index));
                if (wrong != null) {
                    return entry.getKey() + ": " + wrong;
                }
            }
        }
        return isLess || found.size() < expected.size() ? "" : null;
    }

    /** What the other stage can't read of what is observed; null where it can read all. */
    private static String unreadable(List<Observation> observations) {
        ObservationReader reader = new ObservationReader(InstantSource.system());
        JsonText text = new JsonText();
        for (Observation observation : observations) {
            byte[] written = WRITER.write(observation, text).toBytes();
            Quarantined refused = reader.read(written, 0, written.length).quarantined();
            if (refused != null) {
                return observation.market() + " can't be read back: " + refused.detail();
            }
        }
        return null;
    }

    private static boolean isTold(List<Quarantined> right, List<Quarantined> got) {
        List<String> known = new ArrayList<>(
                right.stream().map(one -> one.reason() + " " + one.detail()).toList());
        return got.stream().anyMatch(one -> !known.remove(one.reason() + " " + one.detail()));
    }

    private static Map<String, List<Observation>> byMarket(List<Observation> observations) {
        return observations.stream().collect(Collectors.groupingBy(Observation::market));
    }

    private static final Map<String, Function<Observation, Object>> IDENTITY = Map.of(
            "class", Observation::assetClass,
            "base", Observation::base,
            "quote", Observation::quote,
            "margin", Observation::margin,
            "type", Observation::type,
            "structure", Observation::structure,
            "delisted", Observation::delisted);

    private static final Map<String, Function<Observation, BigDecimal>> FIGURES = Map.of(
            "contract_count", Observation::contractCount,
            "contract_size", Observation::contractSize,
            "amount_base", Observation::amountBase,
            "price_usd", Observation::priceUsd,
            "value_usd", Observation::valueUsd,
            "market_value_usd", Observation::marketValueUsd,
            "funding_rate", VenueMutationIT::funding,
            "volume_24h_usd", Observation::volume24hUsd,
            "strike", Observation::strike);

    private static BigDecimal funding(Observation o) {
        BigDecimal hours = o.fundingIntervalHours() == null ? EIGHT : o.fundingIntervalHours();
        return o.fundingRate() == null || hours.signum() == 0
                ? o.fundingRate()
                : o.fundingRate().divide(hours, MathContext.DECIMAL64);
    }

    private static String difference(Observation right, Observation got) {
        if (right.equals(got)) {
            return null;
        }
        for (Map.Entry<String, Function<Observation, Object>> field : IDENTITY.entrySet()) {
            Object expected = field.getValue().apply(right);
            Object actual = field.getValue().apply(got);
            if (!Objects.equals(expected, actual)) {
                return field.getKey() + " " + actual + " in place of " + expected;
            }
        }
        if (right.expiration() != null || got.expiration() != null) {
            if (!Objects.equals(right.expiration(), got.expiration())) {
                return "expiration " + got.expiration() + " in place of " + right.expiration();
            }
        }
        for (Map.Entry<String, Function<Observation, BigDecimal>> field : FIGURES.entrySet()) {
            BigDecimal expected = field.getValue().apply(right);
            BigDecimal actual = field.getValue().apply(got);
            if (actual != null && (expected == null || isOff(expected, actual))) {
                return field.getKey() + " " + actual.toPlainString() + " in place of "
                        + (expected == null ? "none" : expected.toPlainString());
            }
        }
        return null;
    }

    private static boolean isOff(BigDecimal expected, BigDecimal actual) {
        return actual.subtract(expected).abs().compareTo(expected.abs().multiply(TOLERANCE)) > 0;
    }

    private static List<Path> cases(String venue) throws IOException {
        try (Stream<Path> files = Files.list(CASES.resolve(venue))) {
            return files.filter(file -> file.toString().endsWith(".case"))
                    .sorted()
                    .toList();
        }
    }
}
