package io.openinterest.adapters;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.venue.Fields;
import java.util.HashSet;
import java.util.Set;

/**
 * Fields that a venue's list did not always have. Where one row of a list states such a field, or one of an earlier
 * answer did, every row must: what a row lacks then is lost, not of an older form. A restart forgets what was stated, and
 * takes a list that lost a field meanwhile for an older one.
 */
final class Stated {

    /** Rows have some dozens; what a venue may add to them in all its life has an end. */
    private static final int MAX_FIELDS = 1000;

    private final Set<String> fields = new HashSet<>();

    /** Takes the rows of an answer, or of a page of one, before they are read. */
    Stated add(JsonNode rows) {
        for (JsonNode row : rows) {
            row.fieldNames().forEachRemaining(field -> {
                if (fields.size() < MAX_FIELDS) {
                    fields.add(field);
                }
            });
        }
        return this;
    }

    /** True where a row of this answer or of an earlier one has the field. */
    boolean has(String field) {
        return fields.contains(field);
    }

    /** The field's value; null where no row has it, nor had it. */
    JsonNode value(JsonNode row, String field) {
        JsonNode value = row.path(field);
        if (has(field) && (value.isMissingNode() || value.isNull())) {
            throw new Fields.BadSchema("the field " + field + " is missing");
        }
        return has(field) ? value : null;
    }

    /** The field's text, which may be empty; null where no row has it, nor had it. */
    String word(JsonNode row, String field) {
        JsonNode value = value(row, field);
        if (value != null && !value.isTextual()) {
            throw new Fields.BadSchema("the field " + field + " is no text");
        }
        return value == null ? null : value.textValue();
    }
}
