package io.openinterest.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The yardstick: Jackson's streaming parser and generator, one thread, nothing understood. */
final class Tokens {

    private static final JsonFactory JACKSON = new JsonFactory();

    private Tokens() {}

    /** Reads every token of a file and looks at every scalar; gives their number and length, so that nothing is left out. */
    static long read(Path lines) throws IOException {
        long seen = 0;
        try (InputStream in = Files.newInputStream(lines);
                JsonParser parser = JACKSON.createParser(in)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                seen += token.isScalarValue() ? 1 + parser.getTextLength() : 1;
            }
        }
        return seen;
    }

    /** Copies every token of a file to nowhere; gives the number of bytes written. */
    static long copy(Path lines) throws IOException {
        Counter out = new Counter();
        try (InputStream in = Files.newInputStream(lines);
                JsonParser parser = JACKSON.createParser(in);
                JsonGenerator generator = JACKSON.createGenerator(out)) {
            while (parser.nextToken() != null) {
                generator.copyCurrentEvent(parser);
            }
        }
        return out.bytes;
    }

    private static final class Counter extends OutputStream {

        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int offset, int length) {
            bytes += length;
        }
    }
}
