package io.openinterest.local;

import io.openinterest.job.config.Arguments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the local run. */
@Command(name = "job/run")
final class LocalArguments extends Arguments {

    @Option(names = "--exit", description = "After a replay, ends instead of keeping the broker up for reading.")
    private boolean exit;

    /** Whether the run ends when a replay has been published. */
    boolean exit() {
        return exit;
    }
}
