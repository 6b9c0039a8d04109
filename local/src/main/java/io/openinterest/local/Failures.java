package io.openinterest.local;

import org.apache.flink.util.SerializedThrowable;

/** Failures as people read them. */
final class Failures {

    private static final int MAX_SENTENCE = 300;

    private Failures() {}

    /** A line: the name of the deepest cause and what it says. */
    static String sentence(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String name = cause instanceof SerializedThrowable serialized
                ? serialized.getOriginalErrorClassName()
                : cause.getClass().getName();
        String message = String.valueOf(cause.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        if (message.startsWith(name)) {
            message = message.substring(name.length()).replaceFirst("^:\\s*", "");
        }
        String simple = name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
        String sentence = message.isEmpty() || message.equals("null") ? simple : simple + ": " + message;
        return sentence.length() > MAX_SENTENCE ? sentence.substring(0, MAX_SENTENCE) + "..." : sentence;
    }
}
