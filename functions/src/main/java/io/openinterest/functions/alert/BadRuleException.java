package io.openinterest.functions.alert;

/** A rule that can't be used. The message is one sentence that names its fault. */
public final class BadRuleException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadRuleException(String sentence) {
        super(sentence);
    }
}
