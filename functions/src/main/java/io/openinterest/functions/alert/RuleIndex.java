package io.openinterest.functions.alert;

import io.openinterest.functions.record.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the rules for a row without looking at the others. Rules are filed by level and interval, there by the ids they
 * name; those with a wildcard are matched once per entity, and what was found is remembered until a rule of that level
 * and interval changes.
 */
final class RuleIndex {

    private static final int MAX_REMEMBERED = 50_000;
    private static final Comparator<Installed> ORDER =
            Comparator.comparing((Installed installed) -> installed.rule().id()).thenComparing(Installed::after);

    private final Map<String, Drawer> drawers = new HashMap<>();
    private final Map<String, List<Installed>> installed = new HashMap<>();

    /**
     * A rule and when it is in force.
     *
     * @param metric the figure it looks at
     * @param after in force at boundaries after this time, epoch milliseconds
     * @param until and not after this time
     */
    record Installed(AlertRule rule, RuleMetric metric, long after, long until) {

        boolean isInForce(long boundary) {
            return after < boundary && boundary <= until;
        }

        private boolean hasWildcard() {
            return rule.ids().stream().anyMatch(id -> id.indexOf('*') >= 0);
        }
    }

    /** The rules that may look at an entity, in the order of their ids; whether they are in force is for the caller. */
    List<Installed> rules(String level, Interval interval, String id) {
        Drawer drawer = drawers.get(drawer(level, interval));
        return drawer == null ? List.of() : drawer.rules(id);
    }

    /** True if this very version of a rule is in force. */
    boolean isInForce(AlertRule rule, long boundary) {
        return installed.getOrDefault(rule.id(), List.of()).stream()
                .anyMatch(version -> version.rule().version().equals(rule.version()) && version.isInForce(boundary));
    }

    /** How many rules are installed and not removed. */
    int size() {
        return (int) installed.values().stream()
                .filter(versions -> versions.stream().anyMatch(version -> version.until() == Long.MAX_VALUE))
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
        if (changes.size() < RuleChange.MOST_REMEMBERED) { // else other versions came between, which are forgotten
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
            versions.add(new Installed(rule, RuleMetric.of(rule), after, until));
        }
    }

    private Drawer drawer(Installed version) {
        return drawers.computeIfAbsent(
                drawer(version.rule().level(), version.rule().interval()), name -> new Drawer());
    }

    private static String drawer(String level, Interval interval) {
        return level + "." + interval.text();
    }

    /** True if a text has the form of a pattern in which {@code *} stands for any text. */
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
        private final Map<String, List<Installed>> found = new LinkedHashMap<>(16, 0.75f, true) {

            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, List<Installed>> eldest) {
                return size() > MAX_REMEMBERED;
            }
        };

        void add(Installed rule) {
            found.clear();
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
            found.clear();
            withWildcard.remove(rule);
            for (String id : rule.rule().ids()) {
                List<Installed> rules = byEntity.getOrDefault(id, List.of());
                if (!rules.isEmpty() && rules.remove(rule) && rules.isEmpty()) {
                    byEntity.remove(id);
                }
            }
        }

        List<Installed> rules(String id) {
            if (withWildcard.isEmpty() && byEntity.isEmpty()) {
                return List.of();
            }
            return found.computeIfAbsent(id, this::find);
        }

        private List<Installed> find(String id) {
            List<Installed> rules = new ArrayList<>(byEntity.getOrDefault(id, List.of()));
            for (Installed rule : withWildcard) {
                if (rule.rule().ids().stream().anyMatch(pattern -> matches(pattern, id))) {
                    rules.add(rule);
                }
            }
            rules.sort(ORDER);
            return List.copyOf(rules);
        }
    }
}
