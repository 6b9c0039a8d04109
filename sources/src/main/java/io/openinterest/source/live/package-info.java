/** The live source of the job: one split per venue, event time that goes on when a venue is silent. */
package io.openinterest.source.live;
