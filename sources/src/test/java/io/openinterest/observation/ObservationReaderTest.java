package io.openinterest.observation;

import static io.openinterest.observation.Quarantined.Reason.BAD_RECORD;
import static io.openinterest.observation.Quarantined.Reason.MALFORMED;
import static io.openinterest.observation.Quarantined.Reason.MISSING_VALUE;
import static io.openinterest.observation.Quarantined.Reason.NO_USD_PRICE;
import static io.openinterest.observation.Quarantined.Reason.TIME_IN_FUTURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.openinterest.observation.ObservationReader.Reading;
import io.openinterest.observation.Quarantined.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObservationReaderTest {

    private static final String RECORD = WrittenFormTest.PERPETUAL;

    private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");

    private final ObservationReader reader = new ObservationReader(InstantSource.fixed(NOW));

    @Test
    void whatWasWrittenIsReadAsItWas() {
        Observation observation = read(RECORD).observation();

        assertThat(ObservationOrder.text(observation)).isEqualTo(RECORD);
    }

    @Test
    void everyFieldMayStandInQuotesAndInAnyOrderAmongUnknownOnes() {
        // given an option whose fields are all there, written in another way
        String option = """
                { "note": {"sides": [3]}, "origin": "file", "delisted": false, "sides": "2",
                  "database_time": "2026-03-01T08:00:01.9999999+01:00", "exchange_time": "2026-03-01T07:00:00Z",
                  "volume_24h_usd": "1e3", "funding_interval_hours": "", "funding_rate": "-1E-4",
                  "market_value_usd": "45004.1340560", "value_usd": "1665152.960070600", "price_source": "index",
                  "price_usd": "211.835351", "amount_base": "7860.600000000000", "contract_size": "0.1",
                  "contract_count": "78606", "strike": "168.0", "expiration": "2026-03-01T08:00:00.000Z",
                  "structure": "linear", "type": "call", "margin": "usd", "quote": "usd", "base": "sol",
                  "asset_class": "crypto", "symbol": "SOL-260301-168-C", "venue": "binance-options",
                  "exchange": "binance", "time": "2026-03-01T07:00:00.123456789Z",
                  "market": "binance-SOL-260301-168-C-option", "extra": 1 }""";

        // when
        Observation observation = read(option).observation();

        // then
        assertThat(observation)
                .isEqualTo(new Observation(
                        "binance-SOL-260301-168-C-option",
                        Instant.parse("2026-03-01T07:00:00.123Z"),
                        "binance",
                        "binance-options",
                        "SOL-260301-168-C",
                        AssetClass.CRYPTO,
                        "sol",
                        "usd",
                        "usd",
                        MarketType.CALL,
                        Structure.LINEAR,
                        Instant.parse("2026-03-01T08:00:00Z"),
                        new BigDecimal("168"),
                        new BigDecimal("78606"),
                        new BigDecimal("0.1"),
                        2,
                        new BigDecimal("7860.6"),
                        new BigDecimal("211.835351"),
                        "index",
                        new BigDecimal("1665152.9600706"),
                        new BigDecimal("45004.134056"),
                        new BigDecimal("-0.0001"),
                        null,
                        new BigDecimal("1E+3"),
                        Instant.parse("2026-03-01T07:00:00Z"),
                        Instant.parse("2026-03-01T07:00:01.999Z"),
                        false,
                        "file"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "7",
                "[]",
                "\"text\"",
                "{",
                "{\"market\":\"okx-BTC-USDT-SWAP-future\",\"venue\":\"okx\"",
                "{} {}",
                "{\"venue\":\"okx\"},",
                "<html>502 Bad Gateway</html>"
            })
    void whatIsNoJsonObjectIsABadRecordOfNobody(String text) {
        Quarantined quarantined = read(text).quarantined();

        assertThat(quarantined)
                .isEqualTo(
                        new Quarantined(null, "", null, null, BAD_RECORD, "the record is not one JSON object", text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            "time":"2026-03-01T07:00:02.714Z" | "time":null                     | BAD_RECORD     | time is missing
            "time":"2026-03-01T07:00:02.714Z" | "time":1772348402714            | BAD_RECORD     | time is not a time like 2026-12-25T08:00:00Z: 1772348402714
            "time":"2026-03-01T07:00:02.714Z" | "time":"2026-03-01 07:00:02"    | BAD_RECORD     | time is not a time like 2026-12-25T08:00:00Z: 2026-03-01 07:00:02
            "time":"2026-03-01T07:00:02.714Z" | "time":"1969-12-31T23:59:59Z"   | BAD_RECORD     | time is not a time like 2026-12-25T08:00:00Z: 1969-12-31T23:59:59Z
            "time":"2026-03-01T07:00:02.714Z" | "time":"+10000-01-01T00:00:00Z" | BAD_RECORD     | time is not a time like 2026-12-25T08:00:00Z: +10000-01-01T00:00:00Z
            "exchange":"okx"                  | "x":"okx"                       | BAD_RECORD     | exchange is missing
            "exchange":"okx"                  | "exchange":" "                  | BAD_RECORD     | exchange is not a text:
            "symbol":"BTC-USDT-SWAP"          | "symbol":["BTC"]                | BAD_RECORD     | symbol is not a text: a list
            "symbol":"BTC-USDT-SWAP"          | "symbol":"\\ud83d"              | BAD_RECORD     | symbol is not a text: ?
            "asset_class":"crypto"            | "asset_class":"Crypto"          | BAD_RECORD     | asset_class is none of the known ones: Crypto
            "base":"btc"                      | "base":""                       | BAD_RECORD     | base is missing
            "quote":"usdt"                    | "quote":840                     | BAD_RECORD     | quote is not a text: 840
            "margin":"usdt"                   | "margin":{}                     | BAD_RECORD     | margin is not a text: an object
            "type":"perpetual"                | "type":"swap"                   | BAD_RECORD     | type is none of the known ones: swap
            "structure":"linear"              | "structure":null                | BAD_RECORD     | structure is missing
            "expiration":null                 | "expiration":"soon"             | BAD_RECORD     | expiration is not a time like 2026-12-25T08:00:00Z: soon
            "type":"perpetual"                | "type":"call"                   | BAD_RECORD     | expiration is missing
            "perpetual","structure":"linear","expiration":null | "put","structure":"linear","expiration":"2026-12-25T08:00:00Z" | BAD_RECORD | strike is missing
            "sides":1                         | "sides":3                       | BAD_RECORD     | sides is neither 1 nor 2: 3
            "sides":1                         | "sides":NaN                     | BAD_RECORD     | sides is not a number: NaN
            "sides":1,                        | "x":1,                          | BAD_RECORD     | sides is missing
            "delisted":false                  | "delisted":"false"              | BAD_RECORD     | delisted is neither true nor false: false
            "delisted":false                  | "delisted":null                 | BAD_RECORD     | delisted is missing
            "contract_count":2719300.8        | "contract_count":NaN            | MALFORMED      | contract_count is not a number: NaN
            "contract_count":2719300.8        | "contract_count":"-Infinity"    | MALFORMED      | contract_count is not a number: -Infinity
            "contract_count":2719300.8        | "contract_count":true           | MALFORMED      | contract_count is not a number: true
            "contract_count":2719300.8        | "contract_count":-1             | MALFORMED      | contract_count is negative: -1
            "contract_count":2719300.8        | "contract_count":"0x1F"         | MALFORMED      | contract_count is not a number: 0x1F
            "contract_count":2719300.8        | "contract_count":"1,000"        | MALFORMED      | contract_count is not a number: 1,000
            "contract_count":2719300.8        | "contract_count":"١٢"           | MALFORMED      | contract_count is not a number: ١٢
            "contract_count":2719300.8        | "contract_count":"."            | MALFORMED      | contract_count is not a number: .
            "contract_count":2719300.8        | "contract_count":1e101          | MALFORMED      | contract_count has more than 100 digits: 1e101
            "contract_count":2719300.8        | "contract_count":1e-999999999   | MALFORMED      | contract_count is not a number: 1e-999999999
            "strike":null                     | "strike":"C"                    | MALFORMED      | strike is not a number: C
            "funding_rate":-0.0001            | "funding_rate":"--"             | MALFORMED      | funding_rate is not a number: --
            "volume_24h_usd":null             | "volume_24h_usd":"-0.1"         | MALFORMED      | volume_24h_usd is negative: -0.1
            "price_source":"mark"             | "price_source":1                | MALFORMED      | price_source is not a text: 1
            "exchange_time":null              | "exchange_time":"?"             | MALFORMED      | exchange_time is not a time like 2026-12-25T08:00:00Z: ?
            "contract_count":2719300.8        | "contract_count":""             | MISSING_VALUE  | contract_count is missing
            "amount_base":27193.008           | "amount_base":null              | MISSING_VALUE  | amount_base is missing
            "price_usd":66250.1               | "price_usd":null                | MISSING_VALUE  | price_usd is missing
            "value_usd":1801539499.3008       | "value_usd":null                | NO_USD_PRICE   | value_usd is missing
            "time":"2026-03-01T07:00:02.714Z" | "time":"2026-03-01T07:01:03.114Z" | TIME_IN_FUTURE | time is more than 60 s after database_time
            "database_time":"2026-03-01T07:00:03.113Z" | "time":"2026-03-01T08:01:00.001Z" | TIME_IN_FUTURE | time is more than 60 s after the wall clock
            """)
    void aRecordThatCantBeUsedSaysWhy(String good, String bad, Reason reason, String detail) {
        // given
        String text = RECORD.replace(good, bad);
        assertThat(text).isNotEqualTo(RECORD);

        // when
        Quarantined quarantined = read(text).quarantined();

        // then
        assertThat(quarantined.reason()).isEqualTo(reason);
        assertThat(quarantined.detail().strip()).isEqualTo(detail);
        assertThat(quarantined.venue()).isEqualTo("okx");
        assertThat(quarantined.market()).isEqualTo("okx-BTC-USDT-SWAP-future");
        assertThat(quarantined.raw()).isEqualTo(text);
        assertThat(quarantined.time()).isNull();
    }

    @Test
    void theReasonIsTheFirstThatApplies() {
        String inTheFuture = RECORD.replace("07:00:02.714Z", "09:00:00Z");
        String withoutPrice = inTheFuture.replace("66250.1", "null").replace("1801539499.3008", "null");
        String withoutAmount = withoutPrice.replace("27193.008", "null");
        String malformed = withoutAmount.replace("2719300.8", "\"many\"");
        String badRecord = malformed.replace("\"sides\":1", "\"sides\":0");

        assertThat(reason(badRecord)).isEqualTo(BAD_RECORD);
        assertThat(reason(malformed)).isEqualTo(MALFORMED);
        assertThat(reason(withoutAmount)).isEqualTo(MISSING_VALUE);
        assertThat(reason(withoutPrice)).isEqualTo(NO_USD_PRICE);
        assertThat(reason(inTheFuture)).isEqualTo(TIME_IN_FUTURE);
    }

    @Test
    void theVenueAndMarketOfABadRecordAreGivenOnlyWhereTheyCanBeRead() {
        String anonymous = RECORD.replace("\"venue\":\"okx\"", "\"venue\":5").replace("\"market\"", "\"m\"");

        Quarantined quarantined = read(anonymous).quarantined();

        assertThat(quarantined.venue()).isEmpty();
        assertThat(quarantined.market()).isNull();
    }

    @Test
    void aDelistedMarketNeedsNoPrice() {
        String last = RECORD.replace("66250.1", "null")
                .replace("2719300.8", "0")
                .replace("27193.008", "0")
                .replace("1801539499.3008", "-0.0")
                .replace("\"delisted\":false", "\"delisted\":true");

        Observation observation = read(last).observation();

        assertThat(observation.delisted()).isTrue();
        assertThat(observation.priceUsd()).isNull();
        assertThat(observation.valueUsd()).isZero();
    }

    @Test
    void aTimeUpToAMinuteAheadIsAClockThatGoesWrongABit() {
        String ahead = RECORD.replace("07:00:02.714Z", "07:01:03.113Z");
        String unreceived =
                RECORD.replace("\"2026-03-01T07:00:03.113Z\"", "null").replace("07:00:02.714", "08:01:00");

        assertThat(read(ahead).observation().time()).isEqualTo("2026-03-01T07:01:03.113Z");
        assertThat(read(unreceived).observation().time()).isEqualTo("2026-03-01T08:01:00Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9999-12-24T00:00:00Z", "9999-12-31T23:45:00Z", "9999-12-31T23:59:59.999Z"})
    void aTimeWhoseBoundaryOrItsEndMayBeOfTheYear10000IsNone(String time) {
        // given an observation of that time, received then
        String late = RECORD.replace("2026-03-01T07:00:02.714Z", time)
                .replace("2026-03-01T07:00:03.113Z", "9999-12-31T23:59:59.999Z");

        // when, then: in the written form and in another
        for (String record : new String[] {late, late + " "}) {
            assertThat(read(record).quarantined().reason()).isEqualTo(BAD_RECORD);
            assertThat(read(record).quarantined().detail()).isEqualTo("time is after 9999-12-23T23:59:59.999Z");
        }
        // and received earlier it is in the future, as any other
        assertThat(read(RECORD.replace("2026-03-01T07:00:02.714Z", time))
                        .quarantined()
                        .reason())
                .isEqualTo(TIME_IN_FUTURE);
        assertThat(read(late.replace(time, "9999-12-23T23:59:59.999Z")).observation())
                .isNotNull();
    }

    @Test
    void textsAndNumbersOfAnySizeAreRejectedOrExact() {
        String hundred = "9".repeat(100) + "." + "9".repeat(100);

        assertThat(read(RECORD.replace("66250.1", hundred)).observation().priceUsd())
                .isEqualTo(new BigDecimal(hundred));
        assertThat(reason(RECORD.replace("66250.1", "9".repeat(500_000)))).isEqualTo(MALFORMED);
        assertThat(reason(RECORD.replace("\"btc\"", '"' + "b".repeat(256) + '"')))
                .isEqualTo(BAD_RECORD);
        assertThat(reason("[".repeat(500_000))).isEqualTo(BAD_RECORD);
    }

    @Test
    void theRawTextIsCutAtFourKibibytesBetweenCharacters() {
        // given three bytes a character, so that the limit falls within one
        String text = "€".repeat(2000);

        assertThat(read(text).quarantined().raw()).isEqualTo("€".repeat(1365));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            no byte of UTF-8                | FF
            a slash in two bytes            | C0 AF
            a letter in two bytes           | C1 81
            a slash in three bytes          | E0 80 AF
            the first half of a pair        | ED A0 80
            the second half                 | ED B0 80
            a character behind the last one | F4 90 80 80
            the start of a character        | E2 82
            """)
    void bytesThatAreNoTextAreABadRecord(String what, String hex) {
        // given such bytes in a name, in a field of ours, in one that is none, and in its name
        String bytes = new String(HexFormat.ofDelimiter(" ").parseHex(hex), StandardCharsets.ISO_8859_1);

        for (String[] replaced : new String[][] {
            {"BTC-USDT-SWAP\",", "BTC" + bytes + "\","},
            {"\"websocket\"", "\"" + bytes + "\""},
            {"{", "{\"note\":\"" + bytes + "\","},
            {"{", "{\"" + bytes + "\":1,"},
            {"{", "{\"note\":{\"" + bytes + "\":[\"" + bytes + "\"]},"}
        }) {
            String record = RECORD.replace(replaced[0], replaced[1]);
            Quarantined quarantined =
                    reader.read(record.getBytes(StandardCharsets.ISO_8859_1)).quarantined();

            // then
            assertThat(quarantined.reason()).as(record).isEqualTo(BAD_RECORD);
            assertThat(quarantined.detail()).isEqualTo("the record is not UTF-8 text");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
    void textInAnotherCharsetIsABadRecord(String charset) throws IOException {
        Quarantined quarantined = reader.read(RECORD.getBytes(charset)).quarantined();

        assertThat(quarantined.reason()).isEqualTo(BAD_RECORD);
        assertThat(quarantined.detail()).isEqualTo("the record is not UTF-8 text");
    }

    @Test
    void whatIsUnknownMayBeLongAndIsToldWhenItIsTooDeep() {
        String named = RECORD.replace("{", "{\"" + "n".repeat(100_000) + "\":1,");
        String deep = RECORD.replace("{", "{\"note\":" + "[".repeat(63) + "]".repeat(63) + ",");
        String tooDeep = RECORD.replace("{", "{\"note\":" + "[".repeat(900) + "]".repeat(900) + ",");

        assertThat(read(named)).isEqualTo(read(RECORD));
        assertThat(read(deep)).isEqualTo(read(RECORD));
        assertThat(read(tooDeep).quarantined().reason()).isEqualTo(BAD_RECORD);
        assertThat(read(tooDeep).quarantined().detail()).isEqualTo("the record is nested more than 64 levels deep");
    }

    @ParameterizedTest
    @CsvSource({
        "referee/generated/observations.jsonl.gz, 1488",
        "data/perp4_2020_15m/perp4_20200710_0717.jsonl.gz, 5376",
        "data/cross_section/cross_section_20250903.jsonl.gz, 6639",
        "data/deribit_options/eth_chain_20240108.jsonl.gz, 684",
        "data/quarantine/bybit_mixed_week_20220601.jsonl.gz, 672"
    })
    void recordedSeriesAreRead(String file, int usable) throws IOException {
        Path shared = Path.of(System.getProperty("shared.directory"));
        assumeTrue(Files.isDirectory(shared), () -> "no recorded series at " + shared);
        int observations = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(shared.resolve(file))), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                Reading reading = read(line);
                observations += reading.observation() == null ? 0 : 1;
                assertThat(reading.quarantined() == null
                                || reading.quarantined().reason() == NO_USD_PRICE
                                || reading.quarantined().reason() == TIME_IN_FUTURE)
                        .as(line)
                        .isTrue();
            }
        }

        assertThat(observations).isEqualTo(usable);
    }

    private Reading read(String text) {
        return reader.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private Reason reason(String text) {
        return read(text).quarantined().reason();
    }
}
