package io.openinterest.job;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar, as Maven wrote it. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"open-interest " + (version == null ? "unpackaged" : version)};
    }
}
