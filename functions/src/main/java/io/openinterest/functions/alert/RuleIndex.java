package io.openinterest.functions.alert;

import io.openinterest.functions.alert.AlertRule.Direction;
import io.openinterest.functions.alert.AlertRule.Subject;
import io.openinterest.functions.record.Interval;
import io.openinterest.functions.record.Level;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Finds the rules for a row without looking at the others. Rules are filed by level and interval, there by the ids they
 * name; those with a wildcard are matched once per entity, and what was found is remembered until a rule that looks at it
 * changes.
 */
final class RuleIndex {

    private static final int MAX_REMEMBERED = 50_000;

    private final Map<Shelf, Drawer> drawers = new HashMap<>();
    private final Map<String, List<Installed>> installed = new HashMap<>();

    private record Shelf(Level level, Interval interval) {}

    /** A rule and when it is in force. */
    static final class Installed {

        private final AlertRule rule;
        private final RuleMetric metric;
        private final long after;
        private final long until;

        /**
         * A rule.
         *
         * @param after in force at boundaries after this time, epoch milliseconds
         * @param until and not after this time
         */
        private Installed(AlertRule rule, long after, long until) {
            this.rule = rule;
            this.metric = RuleMetric.of(rule.subject());
            this.after = after;
            this.until = until;
        }

        AlertRule rule() {
            return rule;
        }

        /** The figure it looks at. */
        RuleMetric metric() {
            return metric;
        }

        boolean isInForce(long boundary) {
            return after < boundary && boundary <= until;
        }

        private boolean hasWildcard() {
            return rule.ids().stream().anyMatch(id -> id.indexOf('*') >= 0);
        }

        private boolean looksAt(String id) {
            return rule.ids().stream().anyMatch(pattern -> matches(pattern, id));
        }
    }

    /** The rules that may look at an entity; whether they are in force is for the caller. */
    Watch rules(Level level, Interval interval, String id) {
        Drawer drawer = drawers.get(new Shelf(level, interval));
        return drawer == null ? Watch.NOTHING : drawer.rules(id);
    }

    /** A version of a rule, whether it is in force or not; null if it is not known any more. */
    Installed find(Subject subject) {
        return versions(subject).findFirst().orElse(null);
    }

    /** This very version of a rule if it is in force; else null. */
    Installed inForce(Subject subject, long boundary) {
        return versions(subject)
                .filter(version -> version.isInForce(boundary))
                .findFirst()
                .orElse(null);
    }

    /**
     * Whether this very version of a rule is in force at a boundary and was without a break since another: written again as
     * it was it goes on, removed and written again it does not.
     */
    boolean staysInForce(Subject subject, long since, long boundary) {
        long from = boundary;
        while (from > since) {
            Installed version = inForce(subject, from);
            if (version == null) {
                return false;
            }
            from = version.after;
        }
        return true;
    }

    /** This version of a rule, once for each time it was written. */
    private Stream<Installed> versions(Subject subject) {
        return installed.getOrDefault(subject.id(), List.of()).stream()
                .filter(version -> version.rule().subject().equals(subject));
    }

    /** The number of rules that are installed and not removed. */
    int size() {
        return (int) installed.values().stream()
                .filter(versions -> versions.stream().anyMatch(version -> version.until == Long.MAX_VALUE))
                .count();
    }

    /**
     * Installs all that is known of a rule, in place of what was known before.
     *
     * @param id the rule's id
     * @param start the start rule of that id; null if there is none
     * @param changes what was said about it since, in the order it was said
     */
    void install(String id, AlertRule start, List<RuleChange> changes) {
        installed.getOrDefault(id, List.of()).forEach(version -> drawer(version).remove(version));
        List<Installed> versions = new ArrayList<>();
        long until = Long.MAX_VALUE;
        for (int i = changes.size() - 1; i >= 0; i--) {
            add(versions, changes.get(i).rule(), changes.get(i).time(), until);
            until = Math.min(until, changes.get(i).time());
        }
        if (changes.size() < RuleChange.MAX_REMEMBERED) { // else other versions came between, which are forgotten
            add(versions, start, Long.MIN_VALUE, until);
        }
        versions.forEach(version -> drawer(version).add(version));
        if (versions.isEmpty()) {
            installed.remove(id);
        } else {
            installed.put(id, versions);
        }
    }

    private static void add(List<Installed> versions, AlertRule rule, long after, long until) {
        if (rule != null && after < until) {
            versions.add(new Installed(rule, after, until));
        }
    }

    private Drawer drawer(Installed version) {
        Subject subject = version.rule().subject();
        return drawers.computeIfAbsent(new Shelf(subject.level(), subject.interval()), shelf -> new Drawer());
    }

    /** Whether a text has the form of a pattern in which {@code *} stands for any text. */
    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** The rules of one level and interval. */
    private static final class Drawer {

        private final Map<String, List<Installed>> byEntity = new HashMap<>();
        private final List<Installed> withWildcard = new ArrayList<>();
        private final Map<List<Installed>, Watch> watches = new HashMap<>();
        private final Map<String, Watch> found = new LinkedHashMap<>(16, 0.75f, true) {

            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Watch> eldest) {
                return size() > MAX_REMEMBERED;
            }
        };

        void add(Installed rule) {
            forget(rule);
            if (rule.hasWildcard()) {
                withWildcard.add(rule);
            } else {
                rule.rule().ids().stream()
                        .distinct()
                        .forEach(id -> byEntity.computeIfAbsent(id, key -> new ArrayList<>(1))
                                .add(rule));
            }
        }

        void remove(Installed rule) {
            forget(rule);
            withWildcard.remove(rule);
            for (String id : rule.rule().ids()) {
                List<Installed> rules = byEntity.getOrDefault(id, List.of());
                if (!rules.isEmpty() && rules.remove(rule) && rules.isEmpty()) {
                    byEntity.remove(id);
                }
            }
        }

        /** Forgets what was found for entities the rule looks at; for all others it stays true. */
        private void forget(Installed rule) {
            found.keySet().removeIf(rule::looksAt);
            watches.clear();
        }

        Watch rules(String id) {
            if (withWildcard.isEmpty() && byEntity.isEmpty()) {
                return Watch.NOTHING;
            }
            return found.computeIfAbsent(id, this::find);
        }

        /** Entities that the same rules look at share one watch. */
        private Watch find(String id) {
            List<Installed> rules = new ArrayList<>(byEntity.getOrDefault(id, List.of()));
            for (Installed rule : withWildcard) {
                if (rule.looksAt(id)) {
                    rules.add(rule);
                }
            }
            return rules.isEmpty() ? Watch.NOTHING : watches.computeIfAbsent(rules, Watch::new);
        }
    }

    /**
     * Rules that look at the same entities, by the figure they look at and by the threshold that is reached first: what a
     * record does not reach is not looked at, however many rules there are.
     */
    static final class Watch {

        static final Watch NOTHING = new Watch(List.of());

        private final List<Group> groups = new ArrayList<>();

        private record Watched(RuleMetric metric, Direction direction) {}

        private record Group(RuleMetric metric, Direction direction, List<Installed> rules) {}

        private Watch(List<Installed> rules) {
            Map<Watched, List<Installed>> byFigure = new LinkedHashMap<>();
            for (Installed rule : rules) {
                Direction direction = rule.rule().thresholds().direction();
                byFigure.computeIfAbsent(new Watched(rule.metric(), direction), key -> new ArrayList<>())
                        .add(rule);
            }
            byFigure.forEach((key, those) -> {
                Comparator<Installed> order =
                        Comparator.comparing(rule -> rule.rule().thresholds().warning());
                those.sort(key.direction() == Direction.BELOW ? order.reversed() : order);
                groups.add(new Group(key.metric(), key.direction(), those));
            });
        }

        /** The rules whose warning threshold a record reaches. */
        List<Installed> reachedBy(Reading reading) {
            List<Installed> reached = List.of();
            for (Group group : groups) {
                BigDecimal x = reading.figure(group.metric());
                int count = 0;
                while (x != null
                        && count < group.rules().size()
                        && group.direction()
                                .reaches(
                                        x,
                                        group.rules()
                                                .get(count)
                                                .rule()
                                                .thresholds()
                                                .warning())) {
                    count++;
                }
                if (count > 0) {
                    reached = reached.isEmpty() ? new ArrayList<>() : reached;
                    reached.addAll(group.rules().subList(0, count));
                }
            }
            return reached;
        }
    }
}
