/**
 * Stand-ins for the venues on loopback, each speaking its venue's own REST and WebSocket format over one coherent
 * little world. They serve the local run and the tests and are never part of the cluster jar.
 *
 * <p>A venue is one {@link io.openinterest.simulator.SimulatedVenue} and one line in
 * {@link io.openinterest.simulator.VenueSimulator}.
 */
package io.openinterest.simulator;
