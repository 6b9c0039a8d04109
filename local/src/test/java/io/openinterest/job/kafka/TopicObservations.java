package io.openinterest.job.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openinterest.observation.Observation;
import io.openinterest.observation.ObservationReader;
import java.time.Instant;
import java.time.InstantSource;

/** Observations as they stand in their topic, for tests. */
public final class TopicObservations {

    private TopicObservations() {}

    /** 1,000 contracts of 1 USD at 100 USD a coin, received when they were observed. */
    public static String text(String time) {
        return """
                {"market":"bitmex-XBTUSD-future","time":"%s","exchange":"bitmex","venue":"bitmex","symbol":"XBTUSD",\
                "asset_class":"crypto","base":"btc","quote":"usd","margin":"btc","type":"perpetual",\
                "structure":"inverse","contract_count":1000,"contract_size":1,"sides":1,"amount_base":10,\
                "price_usd":100,"price_source":"mark","value_usd":1000,"database_time":"%s","delisted":false,\
                "origin":"rest"}""".formatted(time, time);
    }

    public static Observation read(String time) {
        return new ObservationReader(InstantSource.fixed(Instant.parse(time)))
                .read(text(time).getBytes(UTF_8))
                .observation();
    }

    /** The time of a record. */
    public static Instant time(String record) throws JsonProcessingException {
        return Instant.parse(new ObjectMapper().readTree(record).path("time").asText());
    }
}
