package io.openinterest.observation;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** UTF-8 JSON in the making, in the published form of every kind of value. Used again and again it makes no garbage. */
public final class JsonText {

    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");
    private static final byte[] HEX = ascii("0123456789ABCDEF");

    /** The letter behind a backslash for a character below 128; 0 where it needs none, 'u' where it has no short form. */
    private static final byte[] ESCAPES = escapes();

    /** Digits that surely fit a long. */
    private static final int LONG_DIGITS = 18;

    private static final int LONGEST_LONG = 20;
    private static final long[] POWERS_OF_TEN = powersOfTen();
    private static final long MILLIS_PER_DAY = 86_400_000;
    private static final long YEAR_0 = -62_167_219_200_000L;
    private static final long YEAR_10000 = 253_402_300_800_000L;

    private byte[] buffer = new byte[4096];
    private int length;

    /** The text so far, a copy. */
    public byte[] toBytes() {
        return Arrays.copyOf(buffer, length);
    }

    /** Empties it. */
    JsonText clear() {
        length = 0;
        return this;
    }

    void raw(int character) {
        room(1);
        buffer[length++] = (byte) character;
    }

    void raw(byte[] text) {
        room(text.length);
        System.arraycopy(text, 0, buffer, length, text.length);
        length += text.length;
    }

    void nothing() {
        raw(NULL);
    }

    void logical(boolean value) {
        raw(value ? TRUE : FALSE);
    }

    void integer(long value) {
        room(LONGEST_LONG);
        if (value < 0) {
            // the least has no positive counterpart
            raw(ascii(Long.toString(value)));
            return;
        }
        whole(value);
    }

    /** No exponent, no zeros at the end of a fraction, {@code 0} never {@code -0}. */
    void decimal(BigDecimal value) {
        if (value.signum() == 0) {
            raw('0');
            return;
        }
        int scale = value.scale();
        if (scale < 0 || scale > LONG_DIGITS || value.precision() > LONG_DIGITS) {
            raw(ascii(Json.plain(value)));
            return;
        }
        // at scale 0 a value of so many digits is a long already
        long unscaled = value.scaleByPowerOfTen(scale).longValue();
        room(2 * LONGEST_LONG);
        if (unscaled < 0) {
            buffer[length++] = '-';
            unscaled = -unscaled;
        }
        long whole = unscaled / POWERS_OF_TEN[scale];
        long fraction = unscaled - whole * POWERS_OF_TEN[scale];
        whole(whole);
        if (fraction != 0) {
            buffer[length++] = '.';
            digits(fraction, scale);
            while (buffer[length - 1] == '0') {
                length--;
            }
        }
    }

    private void whole(long value) {
        int count = 1;
        while (count <= LONG_DIGITS && value >= POWERS_OF_TEN[count]) {
            count++;
        }
        digits(value, count);
    }

    /** Exactly so many digits, zeros before those that the value has. */
    private void digits(long value, int count) {
        long rest = value;
        int at = length + count;
        length = at;
        for (int left = count; left > 1; left -= 2) {
            long hundredth = rest / 100;
            int two = (int) (rest - 100 * hundredth);
            buffer[--at] = (byte) ('0' + two % 10);
            buffer[--at] = (byte) ('0' + two / 10);
            rest = hundredth;
        }
        if ((count & 1) == 1) {
            buffer[--at] = (byte) ('0' + rest);
        }
    }

    /** In quotes; UTC, three decimals only where they are not zero. */
    void time(Instant time) {
        long millis = time.toEpochMilli();
        if (millis < YEAR_0 || millis >= YEAR_10000) {
            text(Json.text(time));
            return;
        }
        room(26);
        long days = Math.floorDiv(millis, MILLIS_PER_DAY);
        int ofDay = (int) (millis - days * MILLIS_PER_DAY);
        buffer[length++] = '"';
        date(days);
        buffer[length++] = 'T';
        two(ofDay / 3_600_000);
        buffer[length++] = ':';
        two(ofDay / 60_000 % 60);
        buffer[length++] = ':';
        two(ofDay / 1000 % 60);
        int fraction = ofDay % 1000;
        if (fraction != 0) {
            buffer[length++] = '.';
            buffer[length++] = (byte) ('0' + fraction / 100);
            two(fraction % 100);
        }
        buffer[length++] = 'Z';
        buffer[length++] = '"';
    }

    /** Days since 1970-01-01 as a date, counted in years that begin in March and eras of 400 of them. */
    private void date(long days) {
        int sinceMarchOf0 = (int) (days + 719_468);
        int era = Math.floorDiv(sinceMarchOf0, 146_097);
        int ofEra = sinceMarchOf0 - era * 146_097;
        int yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int monthFromMarch = (5 * ofYear + 2) / 153;
        int day = ofYear - (153 * monthFromMarch + 2) / 5 + 1;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        int year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        two(year / 100);
        two(year % 100);
        buffer[length++] = '-';
        two(month);
        buffer[length++] = '-';
        two(day);
    }

    private void two(int number) {
        buffer[length++] = (byte) ('0' + number / 10);
        buffer[length++] = (byte) ('0' + number % 10);
    }

    /** In quotes; half a character, which no text should have, becomes a question mark. */
    void text(String text) {
        room(2 + 6 * text.length());
        buffer[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                if (ESCAPES[c] == 0) {
                    buffer[length++] = (byte) c;
                } else {
                    escape(c);
                }
            } else if (c < 0x800) {
                buffer[length++] = (byte) (0xC0 | c >> 6);
                buffer[length++] = (byte) (0x80 | c & 0x3F);
            } else if (!Character.isSurrogate(c)) {
                buffer[length++] = (byte) (0xE0 | c >> 12);
                buffer[length++] = (byte) (0x80 | c >> 6 & 0x3F);
                buffer[length++] = (byte) (0x80 | c & 0x3F);
            } else {
                int point = text.codePointAt(i);
                byte[] encoded = Character.toString(point).getBytes(StandardCharsets.UTF_8);
                System.arraycopy(encoded, 0, buffer, length, encoded.length);
                length += encoded.length;
                i += Character.charCount(point) - 1;
            }
        }
        buffer[length++] = '"';
    }

    private void escape(char c) {
        buffer[length++] = '\\';
        buffer[length++] = ESCAPES[c];
        if (ESCAPES[c] == 'u') {
            buffer[length++] = '0';
            buffer[length++] = '0';
            buffer[length++] = HEX[c >> 4];
            buffer[length++] = HEX[c & 0xF];
        }
    }

    private void room(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + more));
        }
    }

    private static byte[] escapes() {
        byte[] escapes = new byte[0x80];
        Arrays.fill(escapes, 0, ' ', (byte) 'u');
        escapes['"'] = '"';
        escapes['\\'] = '\\';
        escapes['\b'] = 'b';
        escapes['\t'] = 't';
        escapes['\n'] = 'n';
        escapes['\f'] = 'f';
        escapes['\r'] = 'r';
        return escapes;
    }

    private static long[] powersOfTen() {
        long[] powers = new long[LONG_DIGITS + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = 10 * powers[i - 1];
        }
        return powers;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
