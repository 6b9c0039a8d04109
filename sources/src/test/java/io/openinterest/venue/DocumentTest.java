package io.openinterest.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A document says the same as a tree of it; its long lists are text until their rows are asked for. */
class DocumentTest {

    @Test
    void readsAnyDocumentAsATreeDoes() throws JsonProcessingException {
        Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            ObjectWriter writer = i % 2 == 0 ? Fields.MAPPER.writer() : Fields.MAPPER.writerWithDefaultPrettyPrinter();
            String text = writer.writeValueAsString(any(random, 3));
            assertThat(whole(Document.read(text)))
                    .as(text)
                    .isEqualTo(Fields.MAPPER.readTree(text).toString());
        }
    }

    @Test
    void readsWhatVenuesSentAsATreeDoes() throws IOException {
        int read = 0;
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources/venues"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("{") || line.startsWith("[")) {
                        assertThat(outcome(() -> whole(Document.read(line))))
                                .as(line)
                                .isEqualTo(outcome(
                                        () -> Fields.MAPPER.readTree(line).toString()));
                        read++;
                    }
                }
            }
        }
        assertThat(read).isGreaterThan(100);
    }

    @Test
    void givesTheRowsOfALongListInAnyOrder() throws JsonProcessingException {
        String rows = IntStream.range(0, 1000)
                .mapToObj(i -> "{ \"a\" : [ " + i + ", \"é,]\" ] }")
                .collect(Collectors.joining(" ,\n"));

        JsonNode list = Document.read("{\"result\":{\"list\":[\n" + rows + " ]},\"retCode\":0}")
                .at("/result/list");

        assertThat(list.isArray()).isTrue();
        assertThat(list.size()).isEqualTo(1000);
        assertThat(list.at("/999/a/0").asInt()).isEqualTo(999);
        assertThat(list.path(3).at("/a/1").asText()).isEqualTo("é,]");
        assertThat(list.path(1000).isMissingNode()).isTrue();
        assertThat(list.get(-1)).isNull();
        List<Integer> numbers = new ArrayList<>();
        list.forEach(row -> numbers.add(row.at("/a/0").asInt()));
        assertThat(numbers).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void aRowNoVenueSendsCostsNoOther() throws JsonProcessingException {
        JsonNode list = Document.read("[" + "{\"n\":1},".repeat(100) + fields(200_000) + ",{\"n\":2}]");

        assertThat(list.get(101).path("n").asInt()).isEqualTo(2);
        assertThatThrownBy(() -> list.get(100)).isInstanceOf(Fields.BadSchema.class);
    }

    @Test
    void aNumberWithAnExponentNoDecimalHasIsNone() throws JsonProcessingException {
        JsonNode row = Document.read("{\"a\":1e99999999999,\"b\":1e-99999999999,\"c\":100e2147483647,\"d\":1e400}");

        assertThat(row.path("a").doubleValue()).isNaN();
        assertThat(row.path("b").doubleValue()).isNaN();
        assertThat(row.path("c").doubleValue()).isNaN();
        assertThat(row.path("d").decimalValue()).isEqualByComparingTo("1e400");
    }

    @Test
    void refusesWhatNoVenueSends() {
        assertThatThrownBy(() -> Document.read("[1,2")).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Document.read("[" + "1,".repeat(100) + "7".repeat(300) + "]"))
                .isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Document.read("[" + "1,".repeat(100) + "}]"))
                .isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Document.read("{}{}")).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Document.read("[".repeat(1000))).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Document.read(fields(200_000)))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("more than 100000 values");
    }

    private static String fields(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"" + i + "\":0").collect(Collectors.joining(",", "{", "}"));
    }

    private interface Read {
        String get() throws JsonProcessingException;
    }

    private static String outcome(Read read) {
        try {
            return read.get();
        } catch (JsonProcessingException e) {
            return "not JSON";
        }
    }

    /** As text, each list element by element. */
    private static String whole(JsonNode node) {
        if (node.isArray()) {
            List<String> elements = new ArrayList<>();
            node.forEach(element -> elements.add(whole(element)));
            return "[" + String.join(",", elements) + "]";
        }
        if (node.isObject()) {
            return node.properties().stream()
                    .map(field ->
                            Fields.MAPPER.getNodeFactory().textNode(field.getKey()) + ":" + whole(field.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        return node.toString();
    }

    private static Object any(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 9)) {
            case 0 -> random.nextInt(100);
            case 1 -> random.nextLong();
            case 2 -> new java.math.BigDecimal(new java.math.BigInteger(100, random), random.nextInt(30));
            case 3 -> "t,]}\"\\ü" + random.nextInt(9);
            case 4 -> random.nextBoolean();
            case 5 -> null;
            case 6 ->
                IntStream.range(0, random.nextInt(4))
                        .boxed()
                        .collect(Collectors.toMap(i -> "k\"" + i, i -> List.of(i)));
            default ->
                Stream.generate(() -> any(random, depth - 1))
                        .limit(random.nextInt(5) == 0 ? 60 + random.nextInt(80) : random.nextInt(4))
                        .toList();
        };
    }
}
