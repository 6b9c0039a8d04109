package io.openinterest.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.openinterest.observation.ObservationReader.Reading;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The short way of reading gives what the long way gives, whatever the line. */
class WrittenFormTest {

    /** 2,719,300.8 contracts of 0.01 BTC at 66,250.1 USD. */
    static final String PERPETUAL = """
            {"market":"okx-BTC-USDT-SWAP-future","time":"2026-03-01T07:00:02.714Z","exchange":"okx","venue":"okx",\
            "symbol":"BTC-USDT-SWAP","asset_class":"crypto","base":"btc","quote":"usdt","margin":"usdt",\
            "type":"perpetual","structure":"linear","expiration":null,"strike":null,"contract_count":2719300.8,\
            "contract_size":0.01,"sides":1,"amount_base":27193.008,"price_usd":66250.1,"price_source":"mark",\
            "value_usd":1801539499.3008,"market_value_usd":null,"funding_rate":-0.0001,"funding_interval_hours":8,\
            "volume_24h_usd":null,"exchange_time":null,"database_time":"2026-03-01T07:00:03.113Z","delisted":false,\
            "origin":"websocket"}""";

    /** A quotient of 16 decimals, a size of thousands, decimals as texts, a last day of February. */
    private static final String OPTION = """
            {"market":"deribit-ETH-29FEB28-3000-C-option","time":"2028-02-29T07:59:59Z","exchange":"deribit",\
            "venue":"deribit","symbol":"ETH-29FEB28-3000-C","asset_class":"crypto","base":"eth","quote":"usd",\
            "margin":"eth","type":"call","structure":"inverse","expiration":"2028-02-29T08:00:00Z","strike":"3000",\
            "contract_count":"12000","contract_size":"1000","sides":2,"amount_base":"7860.6012345678901234",\
            "price_usd":"123456789.0123456789012345","price_source":null,"value_usd":"12000000000000000000000",\
            "market_value_usd":"0","funding_rate":"0.00000001","funding_interval_hours":"0.5",\
            "volume_24h_usd":"100","exchange_time":"2028-02-29T07:59:58.001Z","database_time":null,"delisted":true,\
            "origin":null}""";

    private static final Instant NOW = Instant.parse("2028-03-01T00:00:00Z");
    private static final String[] PIECES = {
        "null",
        "0",
        "-0",
        "00",
        "1e3",
        "5.436e-05",
        "1.20E-7",
        "0e0",
        "1e39",
        "1e-40",
        "1e",
        "e-05",
        "E+1",
        "1E+400",
        "-1",
        ".5",
        "5.",
        "0.0",
        "1000000",
        "9223372036854775808",
        "\"\"",
        "\" \"",
        "\"a\"",
        "\"\\u0041\"",
        "\"é\"",
        "\"币安\"",
        "\\",
        "\"",
        "{}",
        "[1]",
        "true",
        "false",
        "3",
        "\"2\"",
        "2026-02-29",
        "2100-02-29",
        "T24:00:00",
        "T07:60",
        ":60Z",
        "1969-12-31",
        "+10000-01-01",
        ".7Z",
        ".1234Z",
        "+01:00",
        " ",
        "\t",
        "\n",
        "\r",
        ",",
        "}",
        "]",
        "\"x\":1,",
        "\"sides\":2,",
        "NaN",
        "-Infinity",
        "\0",
        "\u007f",
        "123456789012345678901234567890123456789012345678901234567890",
        "0.1234567890123456789000000"
    };

    private final ObservationReader reader = new ObservationReader(InstantSource.fixed(NOW));
    private final WrittenForm form = new WrittenForm();

    @ParameterizedTest
    @ValueSource(strings = {PERPETUAL, OPTION})
    void whatThisProjectWritesIsOfTheForm(String line) {
        byte[] text = bytes(line);

        assertThat(form.read(text, 0, text.length))
                .isNotNull()
                .isEqualTo(reader.readAnyForm(text, 0, text.length).observation());
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.436e-05", "1E-8", "-2.50e-04", "1.2e+1", "0e0"})
    void smallNumbersAsOthersWriteThemAreOfTheForm(String rate) {
        byte[] text = bytes(PERPETUAL.replace("\"funding_rate\":-0.0001", "\"funding_rate\":" + rate));

        assertThat(form.read(text, 0, text.length))
                .isNotNull()
                .isEqualTo(reader.readAnyForm(text, 0, text.length).observation());
    }

    /** Run it over ten million lines with {@code -Dmutations=10000000}. */
    @Test
    void whateverIsChangedBothWaysOfReadingAgree() {
        Random random = new Random(42);
        int count = Integer.getInteger("mutations", 60_000);
        int ofTheForm = 0;
        int ofAnother = 0;
        for (int i = 0; i < count; i++) {
            byte[] text = bytes(random.nextBoolean() ? PERPETUAL : OPTION);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                text = mutated(text, random);
            }
            // as in a buffer, where more follows
            byte[] buffer = Arrays.copyOf(text, text.length + 30);
            Arrays.fill(buffer, text.length, buffer.length, (byte) PIECES[i % PIECES.length].charAt(0));

            Observation quick = form.read(buffer, 0, text.length);
            Reading reading = reader.readAnyForm(buffer, 0, text.length);

            if (quick != null) {
                ofTheForm++;
            } else if (reading.observation() != null) {
                ofAnother++;
            }
            assertThat(reader.read(buffer, 0, text.length)).as(text(text)).isEqualTo(reading);
        }
        assertThat(ofTheForm).isGreaterThan(count / 20);
        assertThat(ofAnother).isGreaterThan(count / 100);
    }

    private static byte[] mutated(byte[] text, Random random) {
        int from = random.nextInt(text.length);
        int to = Math.min(text.length, from + random.nextInt(4));
        return switch (random.nextInt(6)) {
            case 0 -> replaced(text, from, from + 1, new byte[] {(byte) random.nextInt(256)});
            case 1 -> replaced(text, from, from + 1, new byte[] {(byte) ('0' + random.nextInt(10))});
            case 2 -> replaced(text, from, to, new byte[0]);
            case 3 -> replaced(text, from, to, bytes(PIECES[random.nextInt(PIECES.length)]));
            case 4 -> withValue(text, bytes(PIECES[random.nextInt(PIECES.length)]), random);
            default -> withDigits(text, random);
        };
    }

    /** Another value for one of the fields. */
    private static byte[] withValue(byte[] text, byte[] value, Random random) {
        int field = random.nextInt(28);
        int colon = 0;
        for (int i = 0; i < text.length && field >= 0; i++) {
            if (i > 0 && text[i] == ':' && text[i - 1] == '"') {
                field--;
                colon = i;
            }
        }
        int end = colon + 1;
        while (end < text.length && text[end] != ',' && text[end] != '}') {
            end++;
        }
        return replaced(text, Math.min(colon + 1, text.length), end, value);
    }

    /** Other digits in place of every digit, so that nothing but figures, names and times changes. */
    private static byte[] withDigits(byte[] text, Random random) {
        byte[] changed = text.clone();
        for (int i = 0; i < changed.length; i++) {
            if (changed[i] >= '0' && changed[i] <= '9' && random.nextInt(8) == 0) {
                changed[i] = (byte) ('0' + random.nextInt(10));
            }
        }
        return changed;
    }

    private static byte[] replaced(byte[] text, int from, int to, byte[] by) {
        byte[] changed = new byte[from + by.length + Math.max(0, text.length - to)];
        System.arraycopy(text, 0, changed, 0, from);
        System.arraycopy(by, 0, changed, from, by.length);
        System.arraycopy(text, Math.min(to, text.length), changed, from + by.length, Math.max(0, text.length - to));
        return changed;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
