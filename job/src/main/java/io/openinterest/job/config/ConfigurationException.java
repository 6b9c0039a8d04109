package io.openinterest.job.config;

/** A wrong argument, key, value or file. The message is one sentence for the user: what is wrong and what is allowed. */
public final class ConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** A mistake of the user, told in one sentence. */
    public ConfigurationException(String sentence) {
        super(sentence);
    }
}
