package io.openinterest.functions.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.alert.AlertRule.Direction;
import io.openinterest.functions.alert.AlertRule.Thresholds;
import io.openinterest.functions.alert.RuleIndex.Installed;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import io.openinterest.functions.record.MetricsRow;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class RuleIndexTest {

    private final RuleIndex index = new RuleIndex();

    @Test
    void findsWhatNamesTheEntityAndWhatMatchesIt() {
        install("z-all", "asset", "5m", "*");
        install("btc", "asset", "5m", "eth", "btc");
        install("b", "asset", "5m", "x*", "b*c");
        install("other-id", "asset", "5m", "eth");
        install("other-level", "exchange", "5m", "*");
        install("other-interval", "asset", "15m", "*");

        assertThat(found("btc")).containsExactlyInAnyOrder("b", "btc", "z-all");
        assertThat(found("eth")).containsExactlyInAnyOrder("btc", "other-id", "z-all");
        assertThat(index.size()).isEqualTo(6);
    }

    @Test
    void forgetsWhatItRememberedWhenARuleChanges() {
        install("all", "asset", "5m", "*");
        assertThat(found("btc")).containsExactly("all");

        install("more", "asset", "5m", "btc");
        install("all", "asset", "5m", "eth");

        assertThat(found("btc")).containsExactly("more");
        assertThat(found("eth")).containsExactly("all");
    }

    @Test
    void entitiesTheSameRulesLookAtShareOneWatch() {
        install("all", "asset", "5m", "*");
        install("b", "asset", "5m", "b*");

        assertThat(index.rules(Level.ASSET, Interval.FIVE_MINUTES, "eth"))
                .isSameAs(index.rules(Level.ASSET, Interval.FIVE_MINUTES, "sol"))
                .isNotSameAs(index.rules(Level.ASSET, Interval.FIVE_MINUTES, "btc"));
    }

    @Property
    void looksOnlyAtRulesThatAreReached(
            @ForAll @Size(max = 20) List<@IntRange(min = -5, max = 5) Integer> warnings,
            @ForAll Direction direction,
            @ForAll @IntRange(min = -6, max = 6) int x) {
        List<Integer> reached = new ArrayList<>();
        RuleIndex rules = new RuleIndex();
        for (int i = 0; i < warnings.size(); i++) {
            Thresholds thresholds = new Thresholds(direction, BigDecimal.valueOf(warnings.get(i)), null, null);
            AlertRule any = rule("r" + i, "asset", "5m", "1", "*");
            rules.install("r" + i, new AlertRule(any.subject(), any.ids(), thresholds, any.conditions()), List.of());
            if (thresholds.severity(BigDecimal.valueOf(x)) != null) {
                reached.add(i);
            }
        }

        assertThat(rules.rules(Level.ASSET, Interval.FIVE_MINUTES, "btc").reachedBy(reading(x)))
                .extracting(installed ->
                        Integer.valueOf(installed.rule().subject().id().substring(1)))
                .containsExactlyInAnyOrderElementsOf(reached);
    }

    @Test
    void aChangeTakesEffectAtTheFirstBoundaryAfterIt() {
        AlertRule first = rule("r", "asset", "5m", "0.01", "*");
        AlertRule second = rule("r", "asset", "5m", "0.02", "*");
        index.install(
                "r", first, List.of(new RuleChange("r", second, 100, 0, 1), new RuleChange("r", null, 200, 0, 2)));

        assertThat(inForce(100)).containsExactly(first);
        assertThat(inForce(101)).containsExactly(second);
        assertThat(inForce(200)).containsExactly(second);
        assertThat(inForce(201)).isEmpty();
        assertThat(index.inForce(first.subject(), 100)).isNotNull();
        assertThat(index.inForce(first.subject(), 101)).isNull();
        assertThat(index.find(first.subject()).rule()).isEqualTo(first);
        assertThat(index.size()).as("removed").isZero();
    }

    @Test
    void whatIsSaidLaterCountsWhateverItsTime() {
        AlertRule second = rule("r", "asset", "5m", "0.02", "*");
        index.install(
                "r",
                rule("r", "asset", "5m", "0.01", "*"),
                List.of(new RuleChange("r", null, 300, 0, 1), new RuleChange("r", second, 100, 0, 2)));

        assertThat(inForce(301)).containsExactly(second);
    }

    @Property
    void whatIsKnownOfARuleDoesNotDependOnTheOrderItIsHeardIn(@ForAll("heard") List<RuleChange> heard) {
        List<RuleChange> known = null;
        for (RuleChange change : heard) {
            known = change.addedTo(known);
        }
        List<RuleChange> backwards = null;
        for (int i = heard.size() - 1; i >= 0; i--) {
            backwards = heard.get(i).addedTo(backwards);
        }

        assertThat(known).isEqualTo(backwards).hasSizeLessThanOrEqualTo(RuleChange.MAX_REMEMBERED);
    }

    @Provide
    Arbitrary<List<RuleChange>> heard() {
        return Arbitraries.longs()
                .between(0, 300)
                .map(offset -> new RuleChange("r", null, offset * 31 % 7, 0, offset))
                .list()
                .ofMinSize(1)
                .ofMaxSize(400);
    }

    @Property
    void aStarStandsForAnyText(
            @ForAll @CharRange(from = 'a', to = 'b') @Chars('*') @StringLength(max = 6) String pattern,
            @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 8) String text) {
        String regex = pattern.replace("*", ".*");

        assertThat(RuleIndex.matches(pattern, text)).isEqualTo(Pattern.matches(regex, text));
    }

    @Test
    void aPatternOfManyStarsTakesNoTime() {
        assertThat(RuleIndex.matches("*a".repeat(2_000) + "b", "a".repeat(5_000)))
                .isFalse();
    }

    private List<String> found(String id) {
        return index.rules(Level.ASSET, Interval.FIVE_MINUTES, id).reachedBy(reading(1)).stream()
                .map(installed -> installed.rule().subject().id())
                .toList();
    }

    private List<AlertRule> inForce(long boundary) {
        return index.rules(Level.ASSET, Interval.FIVE_MINUTES, "btc").reachedBy(reading(1)).stream()
                .filter(installed -> installed.isInForce(boundary))
                .map(Installed::rule)
                .toList();
    }

    /** A record whose return is some figure. */
    private static Reading reading(int x) {
        return Readings.of(Instant.EPOCH, new MetricsRow.Pace(null, null, BigDecimal.valueOf(x)));
    }

    private void install(String id, String level, String interval, String... ids) {
        index.install(id, rule(id, level, interval, "0.01", ids), List.of());
    }

    private static AlertRule rule(String id, String level, String interval, String warning, String... ids) {
        return RuleParser.parse("""
                {"id": "%s", "level": "%s", "ids": ["%s"], "interval": "%s", "metric": "return", "warning": %s}""".formatted(id, level, String.join("\", \"", ids), interval, warning));
    }
}
