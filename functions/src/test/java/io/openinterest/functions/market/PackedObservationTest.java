package io.openinterest.functions.market;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.functions.MarketFixture;
import io.openinterest.observation.AssetClass;
import io.openinterest.observation.MarketType;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationOrder;
import io.openinterest.observation.Structure;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class PackedObservationTest {

    private final Fingerprint.Taker fingerprints = new Fingerprint.Taker();

    @Property(tries = 500)
    void readsBackWhatWasWritten(@ForAll("observations") Observation one, @ForAll("observations") Observation reference)
            throws IOException {
        assertThat(packed(one, reference)).isEqualTo(one);
        assertThat(packed(one, null)).isEqualTo(one);
        assertThat(packed(one, one)).isEqualTo(one);
    }

    @Property(tries = 500)
    void fingerprintsAreEqualWhereObservationsAre(
            @ForAll("observations") Observation one, @ForAll("observations") Observation other) {
        assertThat(fingerprints.of(one).equals(fingerprints.of(other)))
                .isEqualTo(ObservationOrder.text(one).equals(ObservationOrder.text(other)));
        assertThat(fingerprints.of(rescaled(one))).isEqualTo(fingerprints.of(one));
        assertThat(Fingerprint.boundary(fingerprints.of(one).head()))
                .isEqualTo(Math.floorDiv(one.time().toEpochMilli(), 60_000L) * 60_000 + 60_000);
    }

    @Test
    void aMinuteTakesFewBytes() throws IOException {
        Observation first = MarketFixture.market().at("2026-03-01T07:00:05.123Z", "12345.678", "61234.5");
        Observation next = MarketFixture.market().at("2026-03-01T07:01:05.456Z", "12346.789", "61235.5");
        DataOutputSerializer out = new DataOutputSerializer(64);

        PackedObservation.put(next, first, out);

        assertThat(out.length()).isLessThan(40);
    }

    private static Observation packed(Observation one, Observation reference) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        PackedObservation.put(one, reference, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        Observation read = PackedObservation.get(reference, in);
        assertThat(in.available()).isZero();
        return read;
    }

    /** The same figures, written with another scale. */
    private static Observation rescaled(Observation o) {
        return new Observation(
                o.market(),
                o.time(),
                o.exchange(),
                o.venue(),
                o.symbol(),
                o.assetClass(),
                o.base(),
                o.quote(),
                o.margin(),
                o.type(),
                o.structure(),
                o.expiration(),
                o.strike(),
                o.contractCount().setScale(Math.max(0, o.contractCount().scale()) + 3),
                o.contractSize(),
                o.sides(),
                o.amountBase(),
                o.priceUsd(),
                o.priceSource(),
                o.valueUsd(),
                o.marketValueUsd(),
                o.fundingRate(),
                o.fundingIntervalHours(),
                o.volume24hUsd(),
                o.exchangeTime(),
                o.databaseTime(),
                o.delisted(),
                o.origin());
    }

    @Provide
    Arbitrary<Observation> observations() {
        Arbitrary<String> text = Arbitraries.of("btc", "eth", "usdt", "", "Ünï\uD83D\uDE00");
        Arbitrary<BigDecimal> decimal = Combinators.combine(
                        Arbitraries.of(
                                BigInteger.ZERO,
                                BigInteger.ONE,
                                BigInteger.valueOf(-7),
                                BigInteger.valueOf(Long.MAX_VALUE),
                                BigInteger.valueOf(Long.MIN_VALUE),
                                BigInteger.TEN.pow(40).add(BigInteger.ONE)),
                        Arbitraries.integers().between(-3, 20))
                .as(BigDecimal::new);
        Arbitrary<Instant> time = Arbitraries.longs()
                .between(1_700_000_000_000L, 1_700_000_300_000L)
                .map(Instant::ofEpochMilli);
        Arbitrary<BigDecimal> perhaps = decimal.injectNull(0.3);
        return Combinators.combine(
                        text.list().ofSize(8),
                        time.list().ofSize(2),
                        time.injectNull(0.3).list().ofSize(2),
                        decimal.list().ofSize(3),
                        perhaps.list().ofSize(7),
                        Arbitraries.of(AssetClass.values()),
                        Arbitraries.of(MarketType.values()),
                        Arbitraries.integers().between(0, 7))
                .as((texts, times, perhapsTimes, figures, others, assetClass, type, flags) -> new Observation(
                        texts.get(0),
                        times.get(0),
                        texts.get(1),
                        texts.get(2),
                        texts.get(3),
                        assetClass,
                        texts.get(4),
                        texts.get(5),
                        texts.get(6),
                        type,
                        Structure.values()[flags % Structure.values().length],
                        perhapsTimes.get(0),
                        others.get(0),
                        figures.get(0),
                        others.get(1),
                        1 + flags % 2,
                        flags > 4 ? figures.get(0) : figures.get(1),
                        others.get(2),
                        flags > 3 ? null : texts.get(7),
                        figures.get(2),
                        others.get(3),
                        others.get(4),
                        others.get(5),
                        others.get(6),
                        flags > 5 ? times.get(0) : times.get(1),
                        perhapsTimes.get(1),
                        flags > 2,
                        "rest"));
    }
}
