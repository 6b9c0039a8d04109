package io.openinterest.valuation;

import io.openinterest.observation.Origin;
import io.openinterest.venue.Reply;

/**
 * An answer or message of a venue.
 *
 * @param feed name of the feed or history
 * @param origin the way it came
 * @param endpoint what was asked, without secrets
 * @param reply payload and receipt
 */
record Answer(String feed, Origin origin, String endpoint, Reply reply) {}
