package io.openinterest.functions.alert;

import io.openinterest.functions.run.RunEvent;

/**
 * News for the alerts beside the rows; one of the two is null.
 *
 * @param change a rule was written or removed
 * @param run how far the run reaches
 */
public record AlertControl(RuleChange change, RunEvent run) {

    /** A rule was written or removed. */
    public static AlertControl of(RuleChange change) {
        return new AlertControl(change, null);
    }

    /** News of the reach of the run. */
    public static AlertControl of(RunEvent run) {
        return new AlertControl(null, run);
    }
}
