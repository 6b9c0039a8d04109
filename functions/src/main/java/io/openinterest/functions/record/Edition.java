package io.openinterest.functions.record;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One of the publications of a record.
 *
 * @param revision 0 when first published, one higher each time a late observation changes the record; below 0 where it
 *     changes only what the topic does not have, which is no publication
 * @param finalAt from then on nothing corrects the record
 * @param withdrawn true when corrected input does not have this record: its figures are null then; null otherwise
 * @param pass what published the record; not published itself
 */
public record Edition(
        int revision,
        Instant finalAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean withdrawn,
        @JsonIgnore Pass pass) {

    private static final int NONE = -1;

    /** The first publication. */
    public static Edition first(Instant finalAt, Pass pass) {
        return new Edition(0, finalAt, null, pass);
    }

    /** The publication of that number. */
    public Edition revised(int number) {
        return new Edition(number, finalAt, null, pass);
    }

    /** The record as it is now, where the topic has it like that already. */
    public Edition unpublished() {
        return new Edition(NONE, finalAt, null, pass);
    }

    /** Whether the topic gets the record. */
    @JsonIgnore
    public boolean isPublished() {
        return revision > NONE;
    }

    /** The publication of that number, which says that there is no such record. */
    public Edition withdrawn(int number) {
        return new Edition(number, finalAt, true, pass);
    }
}
