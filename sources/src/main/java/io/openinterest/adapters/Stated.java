package io.openinterest.adapters;

import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.venue.Fields;
import java.util.HashSet;
import java.util.Set;

/**
 * Fields that a venue's list did not always have. Where one row of a list states such a field, every row must: what
 * one row lacks then is lost, not of an older form.
 */
final class Stated {

    private final Set<String> fields = new HashSet<>();

    /** Of these rows. */
    Stated(JsonNode rows) {
        for (JsonNode row : rows) {
            row.fieldNames().forEachRemaining(fields::add);
        }
    }

    /** True where a row of the list has the field. */
    boolean has(String field) {
        return fields.contains(field);
    }

    /** The field's value; null where no row of the list has it. */
    JsonNode value(JsonNode row, String field) {
        JsonNode value = row.path(field);
        if (has(field) && (value.isMissingNode() || value.isNull())) {
            throw new Fields.BadSchema("the field " + field + " is missing");
        }
        return has(field) ? value : null;
    }

    /** The field's text, which may be empty; null where no row of the list has it. */
    String word(JsonNode row, String field) {
        JsonNode value = value(row, field);
        if (value != null && !value.isTextual()) {
            throw new Fields.BadSchema("the field " + field + " is no text");
        }
        return value == null ? null : value.textValue();
    }
}
