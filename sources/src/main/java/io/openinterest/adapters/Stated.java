package io.openinterest.adapters;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.venue.Fields;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Fields that a venue's list did not always have. Where one row of a list states such a field, or every row of an earlier
 * answer did, every row must: what a row lacks then is lost, not of an older form. A restart forgets what was stated, and
 * takes a list that lost a field meanwhile for an older one.
 */
final class Stated {

    /** Rows have some dozens; what a venue may add to them in all its life has an end. */
    private static final int MAX_FIELDS = 1000;

    /** By list the fields of all rows of an answer, of any so far: one odd row says nothing of the answers to come. */
    private final Map<String, Set<String>> known = new HashMap<>();

    /** Those, and the fields of any row of the answer at hand. */
    private Set<String> fields = Set.of();

    /** Takes the rows of an answer, or of a page of one, before they are read; for a venue with one list. */
    void add(JsonNode rows) {
        add("", rows);
    }

    /**
     * The same for a venue with several, which need not have the same fields.
     *
     * @param list tells one from another
     */
    void add(String list, JsonNode rows) {
        fields = new HashSet<>();
        rows.forEach(row -> row.fieldNames().forEachRemaining(fields::add));
        Set<String> common = new HashSet<>(rows.size() < 2 ? Set.of() : fields);
        rows.forEach(row -> common.removeIf(field -> !row.has(field)));
        Set<String> always = known.computeIfAbsent(list, one -> new HashSet<>());
        common.stream().filter(field -> always.size() < MAX_FIELDS).forEach(always::add);
        fields.addAll(always);
    }

    /** True where a row of this answer has the field, or every row of an earlier one had it. */
    boolean has(String field) {
        return fields.contains(field);
    }

    /** The field's value; null where it is of no list so far. */
    JsonNode value(JsonNode row, String field) {
        JsonNode value = row.path(field);
        if (has(field) && (value.isMissingNode() || value.isNull())) {
            throw new Fields.BadSchema("the field " + field + " is missing");
        }
        return has(field) ? value : null;
    }

    /** The field's text, which may be empty; null where it is of no list so far. */
    String word(JsonNode row, String field) {
        JsonNode value = value(row, field);
        if (value != null && !value.isTextual()) {
            throw new Fields.BadSchema("the field " + field + " is no text");
        }
        return value == null ? null : value.textValue();
    }
}
