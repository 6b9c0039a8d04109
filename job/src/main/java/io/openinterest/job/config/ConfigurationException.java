package io.openinterest.job.config;

import io.openinterest.observation.OneLine;

/** A wrong argument, key, value or file. The message is one sentence for the user: what is wrong and what is allowed. */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private static final int LIMIT = 5000;

    /**
     * A mistake of the user, told in one sentence on one line, whatever of the user's is in it. User, password and query of
     * an address are left out.
     */
    public ConfigurationException(String sentence) {
        super(line(sentence));
    }

    static String line(String text) {
        // Passwords are looked for in the square of the length, and a word that is cut may be a part of one.
        String some = text.length() > LIMIT ? text.substring(0, text.lastIndexOf(' ', LIMIT) + 1) + "..." : text;
        return OneLine.of(some)
                .replaceAll("//[^/@]*@", "//")
                .replaceAll("[^/@,\"\\s]+:[^/@,\"\\s]*@", "")
                .replaceAll("(://[^?\\s]*)\\?[^\\s\"]*", "$1?...");
    }
}
