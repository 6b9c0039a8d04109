package io.openinterest.functions.run;

/**
 * What a subtask saw of the run as a whole.
 *
 * @param venue a venue that has answered for the first time; null if this is about the reach of observations
 * @param time as-of time of that answer, or the boundary after the greatest time of an accepted observation
 * @param watermark event time its source had reached
 */
public record RunEvent(String venue, long time, long watermark) {}
