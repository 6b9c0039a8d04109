package io.openinterest.venue;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A list of a {@link Document} that stays text: each element is read when it is asked for, and anew each time. One that
 * can't be read throws {@link Fields.BadSchema} then, and the others are there all the same. Only to be read.
 */
@SuppressWarnings("unchecked") // deepCopy, as in its superclass
final class LongList extends ArrayNode {

    private static final long serialVersionUID = 1L;

    private final String text;

    /** The places where elements begin in the text, and where the list ends. */
    private final int[] starts;

    LongList(String text, int[] starts) {
        super(Fields.MAPPER.getNodeFactory(), 0);
        this.text = text;
        this.starts = starts;
    }

    @Override
    public int size() {
        return starts.length - 1;
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public @Nullable JsonNode get(int index) {
        return index < 0 || index >= size() ? null : Document.element(text.substring(starts[index], starts[index + 1]));
    }

    @Override
    public JsonNode path(int index) {
        JsonNode element = get(index);
        return element == null ? MissingNode.getInstance() : element;
    }

    @Override
    public Iterator<JsonNode> elements() {
        return IntStream.range(0, size()).mapToObj(this::get).iterator();
    }

    @Override
    public ArrayNode deepCopy() {
        return this;
    }

    @Override
    public void serialize(JsonGenerator out, SerializerProvider provider) throws IOException {
        out.writeRawValue(toString());
    }

    @Override
    public String toString() {
        return "[" + text.substring(starts[0], starts[size()]) + "]";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
