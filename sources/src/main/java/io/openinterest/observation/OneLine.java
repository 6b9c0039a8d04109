package io.openinterest.observation;

/** Text of others inside a sentence. */
public final class OneLine {

    private OneLine() {}

    /** The text with a blank for everything that ends a line or steers a terminal. */
    public static String of(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", " ");
    }
}
