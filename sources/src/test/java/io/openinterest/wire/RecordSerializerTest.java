package io.openinterest.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** Records come out of their bytes as they went in. */
class RecordSerializerTest {

    private record Market(String name, Pair pair, long minute, String note) {
        record Pair(String base, String quote) {}
    }

    private final TypeSerializer<Market> serializer =
            new RecordType<>(Market.class).createSerializer(new SerializerConfigImpl());

    @Test
    void textsOfAnyKindComeBack() throws IOException {
        List<Market> markets = new ArrayList<>();
        for (String text :
                new String[] {"", "btc", "₿ Ünïcode 🚀", "x".repeat(127), "x".repeat(128), "é".repeat(40_000)}) {
            markets.add(new Market(text, new Market.Pair(text, null), 1, null));
            markets.add(new Market(null, new Market.Pair(null, text), 2, text));
            markets.add(new Market(text, null, 3, text + text));
        }
        markets.add(new Market(null, null, 4, null));

        assertThat(copies(markets)).isEqualTo(markets);
    }

    @Test
    void textsThatDifferOnlyInWhereOneEndsAreNotMistaken() throws IOException {
        List<Market> markets =
                List.of(new Market("ab", null, 1, "c"), new Market("a", null, 1, "bc"), new Market("abc", null, 1, ""));

        assertThat(copies(markets)).isEqualTo(markets);
    }

    @Test
    void moreMarketsThanAreRememberedComeBackAllTheSame() throws IOException {
        List<Market> markets = new ArrayList<>();
        for (int i = 0; i < 150_000; i++) {
            markets.add(new Market("okx-" + i, new Market.Pair("btc", "usdt"), i, null));
        }

        assertThat(copies(markets)).isEqualTo(markets);
        assertThat(copies(markets)).isEqualTo(markets);
    }

    @Test
    void aTextThatComesAgainIsTheSameObject() throws IOException {
        Market first = new Market("okx-BTC", new Market.Pair("btc", "usdt"), 1, null);
        Market sameAsset = new Market("okx-BTC-2", new Market.Pair("btc", "usdc"), 1, null);

        List<Market> copies = copies(List.of(first, sameAsset, first));

        assertThat(copies.get(2).name()).isSameAs(copies.get(0).name());
        assertThat(copies.get(1).pair().base()).isSameAs(copies.get(0).pair().base());
    }

    private List<Market> copies(List<Market> markets) throws IOException {
        List<Market> copies = new ArrayList<>();
        DataOutputSerializer out = new DataOutputSerializer(64);
        for (Market market : markets) {
            out.clear();
            serializer.serialize(market, out);
            copies.add(serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())));
        }
        return copies;
    }
}
