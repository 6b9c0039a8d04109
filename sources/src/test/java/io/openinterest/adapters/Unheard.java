package io.openinterest.adapters;

import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Socket;

/** Takes everything a venue says and does nothing about it. */
final class Unheard implements VenueReader.Sink, Socket {

    @Override
    public void observed(Observation observation, Origin origin) {}

    @Override
    public void quarantined(Quarantined quarantined) {}

    @Override
    public void send(String frame) {}

    @Override
    public void confirm(String topic) {}

    @Override
    public void refuse(String topic, String why) {}

    @Override
    public void understood() {}

    @Override
    public void reconnect(String why) {}
}
