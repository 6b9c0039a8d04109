/** Observations recorded in files, replayed as if they happened now: a bounded source that gives the same every time. */
package io.openinterest.source.replay;
