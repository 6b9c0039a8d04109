package io.openinterest.source.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.valuation.LastFigures;
import io.openinterest.venue.Conventions;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.VenueSettings;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VenueSplitTest {

    private static final Map<String, LastFigures> LAST =
            Map.of("bybit-BTCUSDT-future", new LastFigures(54_321.5, 91_000.25, 4_943_270_000.125));

    private final VenueSplitSerializer serializer = new VenueSplitSerializer();

    @Test
    void isReadAsItWasWritten() throws IOException {
        for (VenueSplit split : List.of(
                VenueSplit.fresh("okx"),
                new VenueSplit("okx", Instant.ofEpochMilli(1_795_000_000_123L), "1.0.0 a1b2", LAST))) {
            assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(split)))
                    .isEqualTo(split);
        }
    }

    @Test
    void oneThatVersionOneWroteIsRead() throws IOException {
        String written = "00036f6b7801000001a1ee565e7b01000a312e302e302061316232000000010014627962"
                + "69742d425443555344542d66757475726540ea86300000000040f637840000000041f26a"
                + "4507020000";

        assertThat(serializer.deserialize(1, HexFormat.of().parseHex(written)))
                .isEqualTo(new VenueSplit("okx", Instant.ofEpochMilli(1_795_000_000_123L), "1.0.0 a1b2", LAST));
    }

    @Test
    void oneThatWasWrittenBeforeThereWereFiguresHasNone() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF("okx");
        out.writeBoolean(true);
        out.writeLong(1_795_000_000_123L);

        assertThat(serializer.deserialize(1, bytes.toByteArray()))
                .isEqualTo(new VenueSplit("okx", Instant.ofEpochMilli(1_795_000_000_123L), null, Map.of()));
    }

    @Test
    void figuresCountWhereTheVenueIsReadAsBefore() {
        VenueSettings before = VenueSettings.of("gate", SourceSettings.defaults());
        Conventions builtIn = Conventions.builtIn();
        VenueSplit split = new VenueSplit("gate", null, VenueSplit.reading(before), LAST);

        assertThat(split.lastReadAs(VenueSplit.reading(without("okx", builtIn))))
                .isEqualTo(LAST);
        assertThat(split.lastReadAs(VenueSplit.reading(without("gate", builtIn))))
                .isEmpty();
    }

    private static VenueSettings without(String venue, Conventions conventions) {
        Conventions others = new Conventions(conventions.conventions().stream()
                .filter(entry -> !venue.equals(entry.venue()))
                .toList());
        return VenueSettings.of("gate", SourceSettings.defaults().with(others));
    }
}
