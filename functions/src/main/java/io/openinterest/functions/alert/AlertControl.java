package io.openinterest.functions.alert;

import io.openinterest.functions.run.RunEvent;

/**
 * What alerts have to know beside the rows; one of the two is null.
 *
 * @param change a rule was written or removed
 * @param run how far the run reaches
 */
public record AlertControl(RuleChange change, RunEvent run) {

    /** A rule was written or removed. */
    public static AlertControl of(RuleChange change) {
        return new AlertControl(change, null);
    }

    /** How far the run reaches. */
    public static AlertControl of(RunEvent run) {
        return new AlertControl(null, run);
    }
}
