package io.openinterest.valuation;

import java.util.function.Supplier;

/**
 * The place where a row stood.
 *
 * @param feed name of the feed
 * @param endpoint what was asked, without secrets
 * @param raw its payload
 */
record Source(String feed, String endpoint, Supplier<String> raw) {

    private static final int MAX_RAW_LENGTH = 4096;

    /** Keeps the start of the row's own payload, not the answer of megabytes it stood in. */
    Source kept() {
        String text = raw.get();
        String start = text.substring(0, Math.min(text.length(), MAX_RAW_LENGTH));
        return new Source(feed, endpoint, () -> start);
    }
}
