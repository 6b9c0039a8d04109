package io.openinterest.adapters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * One change of one value of an answer.
 *
 * @param path where: {@code /data/[]/contractSize}
 * @param kind what: delete, null, a type, x2, x10 or x1000
 */
record Mutation(String path, String kind) {

    /** Rows of a long list that are changed; rows that look alike are read alike. */
    private static final int MOST_ROWS = 6;

    private static final JsonNodeFactory NEW = JsonNodeFactory.instance;

    /** Tells each change and the document with it; the document is as before in the end. */
    static void each(JsonNode document, BiConsumer<Mutation, String> listener) {
        walk(document, document, "", listener);
    }

    private static void walk(JsonNode document, JsonNode node, String path, BiConsumer<Mutation, String> listener) {
        if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            List<JsonNode> values = new ArrayList<>();
            names.forEach(name -> values.add(object.get(name)));
            boolean isMap = names.size() > MOST_ROWS && values.stream().allMatch(JsonNode::isContainerNode);
            List<Integer> chosen = isMap ? chosen(values) : all(values);
            for (int place : chosen) {
                String name = names.get(place);
                JsonNode value = values.get(place);
                String at = path + "/" + (isMap ? "*" : name);
                object.remove(name);
                listener.accept(new Mutation(at, "delete"), document.toString());
                variants(value).forEach((kind, other) -> {
                    object.set(name, other);
                    listener.accept(new Mutation(at, kind), document.toString());
                });
                object.set(name, value);
                walk(document, value, at, listener);
            }
        } else if (node instanceof ArrayNode array) {
            List<JsonNode> values = new ArrayList<>();
            array.forEach(values::add);
            boolean isRow = values.stream().noneMatch(JsonNode::isContainerNode) && values.size() > 3;
            for (int place : isRow ? all(values) : chosen(values)) {
                String at = path + "/" + (isRow ? "[" + place + "]" : "[]");
                JsonNode value = values.get(place);
                variants(value).forEach((kind, other) -> {
                    array.set(place, other);
                    listener.accept(new Mutation(at, kind), document.toString());
                });
                array.set(place, value);
                walk(document, value, at, listener);
            }
        }
    }

    private static List<Integer> all(List<JsonNode> values) {
        List<Integer> places = new ArrayList<>();
        for (int place = 0; place < values.size(); place++) {
            places.add(place);
        }
        return places;
    }

    /** The first of each look, up to some. */
    private static List<Integer> chosen(List<JsonNode> values) {
        Set<String> looks = new HashSet<>();
        List<Integer> places = new ArrayList<>();
        for (int place = 0; place < values.size() && places.size() < MOST_ROWS; place++) {
            if (values.size() <= MOST_ROWS || looks.add(look(values.get(place)))) {
                places.add(place);
            }
        }
        return places;
    }

    /** Kinds of the values, and the words among them. */
    private static String look(JsonNode row) {
        StringBuilder look = new StringBuilder(row.getNodeType().toString());
        row.properties().forEach(field -> {
            JsonNode value = field.getValue();
            String text = value.isTextual() ? value.textValue() : null;
            boolean isWord = text != null && text.length() < 12 && !text.matches(".*\\d.*");
            look.append(' ').append(field.getKey()).append(isWord || value.isBoolean() ? value : value.getNodeType());
        });
        return look.toString();
    }

    private static Map<String, JsonNode> variants(JsonNode value) {
        Map<String, JsonNode> variants = new LinkedHashMap<>();
        if (!value.isNull()) {
            variants.put("null", NullNode.instance);
        }
        BigDecimal number = number(value);
        if (value.isBoolean()) {
            variants.put("number", IntNode.valueOf(value.booleanValue() ? 1 : 0));
            variants.put("text", TextNode.valueOf(value.asText()));
        } else if (!value.isNull()) {
            variants.put("boolean", BooleanNode.TRUE);
        }
        if (value.isTextual() && !value.textValue().isEmpty()) {
            variants.put("number", number == null ? IntNode.valueOf(7) : DecimalNode.valueOf(number));
        } else if (value.isNumber()) {
            variants.put("text", TextNode.valueOf(value.asText()));
        }
        if (!value.isObject()) {
            variants.put("object", NEW.objectNode());
        }
        if (!value.isArray()) {
            variants.put("list", NEW.arrayNode());
        }
        if (number != null && number.signum() != 0) {
            for (int factor : new int[] {2, 10, 1000}) {
                BigDecimal scaled = number.multiply(BigDecimal.valueOf(factor));
                variants.put(
                        "x" + factor,
                        value.isNumber() ? DecimalNode.valueOf(scaled) : TextNode.valueOf(scaled.toPlainString()));
            }
        }
        return variants;
    }

    private static BigDecimal number(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        if (!value.isTextual() || !value.textValue().matches("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?")) {
            return null;
        }
        return new BigDecimal(value.textValue());
    }
}
