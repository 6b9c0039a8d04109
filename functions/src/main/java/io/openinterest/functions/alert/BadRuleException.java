package io.openinterest.functions.alert;

import io.openinterest.observation.OneLine;

/** A rule that can't be used. The message is one sentence that names its fault. */
public final class BadRuleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int QUOTED = 100;

    BadRuleException(String sentence) {
        super(sentence);
    }

    /** The user's text, on one line that is not too long. */
    static String quoted(String text) {
        String line = OneLine.of(text);
        return '"' + (line.length() > QUOTED ? line.substring(0, QUOTED) + "..." : line) + '"';
    }
}
