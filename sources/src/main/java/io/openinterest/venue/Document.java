package io.openinterest.venue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Reads JSON to a tree whose long lists stay text: their elements are read one by one when they are asked for, so that
 * an answer takes the memory of its text and of one row, whatever stands in it.
 */
final class Document {

    /** Longer lists stay text. */
    private static final int SHORT = 64;

    /** A node takes some hundred bytes. The markets that are fields of one object (dYdX) have some thousands. */
    private static final int MAX_NODES = 100_000;

    private static final JsonNodeFactory NODES = Fields.MAPPER.getNodeFactory();

    private final String text;
    private final JsonParser parser;
    private int nodes;

    private Document(String text, JsonParser parser) {
        this.text = text;
        this.parser = parser;
    }

    /** The whole text; a missing node where it is empty. */
    static JsonNode read(String text) throws JsonProcessingException {
        try (JsonParser parser = Fields.MAPPER.createParser(text)) {
            if (parser.nextToken() == null) {
                return MissingNode.getInstance();
            }
            JsonNode node = new Document(text, parser).value();
            if (parser.nextToken() != null) {
                throw MismatchedInputException.from(parser, JsonNode.class, "more than one document");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * An element of a list.
     *
     * @param text it and what follows it
     */
    static JsonNode element(String text) {
        String list = "[" + text;
        try (JsonParser parser = Fields.MAPPER.createParser(list)) {
            parser.nextToken();
            parser.nextToken();
            return new Document(list, parser).value();
        } catch (IOException e) {
            throw new Fields.BadSchema("a row can't be read");
        }
    }

    private JsonNode value() throws IOException {
        if (++nodes > MAX_NODES) {
            throw new StreamConstraintsException("more than " + MAX_NODES + " values that are no rows of a list");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> list();
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT -> whole();
            case VALUE_NUMBER_FLOAT -> parser.isNaN() ? NODES.numberNode(parser.getDoubleValue()) : decimal();
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private JsonNode whole() throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    /** One with an exponent no decimal can have is what NaN is: it costs its row. */
    private JsonNode decimal() throws IOException {
        try {
            return NODES.numberNode(parser.getDecimalValue().stripTrailingZeros());
        } catch (NumberFormatException | ArithmeticException e) {
            return NODES.numberNode(Double.NaN);
        }
    }

    private JsonNode object() throws IOException {
        ObjectNode object = NODES.objectNode();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            object.set(field, value());
        }
        return object;
    }

    private JsonNode list() throws IOException {
        ArrayNode list = NODES.arrayNode();
        int[] starts = new int[SHORT];
        int size = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (size == starts.length) {
                starts = Arrays.copyOf(starts, 2 * size);
            }
            starts[size++] = offset();
            if (size <= SHORT) {
                list.add(value());
            } else {
                parser.skipChildren();
            }
        }
        if (size <= SHORT) {
            return list;
        }
        starts = Arrays.copyOf(starts, size + 1);
        starts[size] = offset();
        return new LongList(text, starts);
    }

    private int offset() {
        return (int) parser.currentTokenLocation().getCharOffset();
    }
}
