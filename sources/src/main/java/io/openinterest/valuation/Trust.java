package io.openinterest.valuation;

/** The part of a sweep of an instrument list that was believed. */
public enum Trust {
    /** All of it. */
    ALL,
    /** Some of it: the list is to be asked for again soon. */
    PART,
    /** Nothing: it names no market. */
    NONE
}
