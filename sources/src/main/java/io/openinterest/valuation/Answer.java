package io.openinterest.valuation;

import io.openinterest.observation.Origin;
import io.openinterest.venue.Reply;

/**
 * What a venue answered or sent.
 *
 * @param feed name of the feed or history
 * @param origin the way it came
 * @param endpoint what was asked, without secrets
 * @param reply payload and receipt
 */
record Answer(String feed, Origin origin, String endpoint, Reply reply) {}
