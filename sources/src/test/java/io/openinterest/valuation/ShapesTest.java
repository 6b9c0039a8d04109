package io.openinterest.valuation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.openinterest.adapters.Adapters;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Reply;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShapesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private final Shapes shapes = new Shapes();

    ShapesTest() {
        for (String line : List.of(
                "tickers /data array read always",
                "tickers /data/[] object read always",
                "tickers /data/[]/symbol string read always",
                "tickers /data/[]/holdVol number,string read always",
                "tickers /data/[]/fundingRate string read sometimes",
                "tickers /data/[]/riseFall number unread always",
                "contracts /data/[]/contractSize number read always")) {
            shapes.learn(line);
        }
    }

    @Test
    void aFieldThatIsReadAndLostOrRetypedMatters() {
        assertThat(compare("{'data':[{'symbol':'A','holdVol':true,'riseFall':1},{'symbol':'B'}]}"))
                .containsExactly("the field /data/[]/holdVol is boolean, it was number or string");
        assertThat(compare("{'data':[{'symbol':'A','amount':3,'riseFall':1}]}"))
                .containsExactly("the field /data/[]/holdVol is lost");
        assertThat(shapes.changed()).isEqualTo(1);
    }

    @Test
    void whatALookupLosesIsToldAndNoNewUnitBecauseItCountsNothing() {
        VenueSettings settings = VenueSettings.of("binance-options", SourceSettings.defaults());
        Venue venue = Adapters.create(settings);
        List<Quarantined> rejected = new ArrayList<>();
        VenueReader reader = new VenueReader(venue, settings, new VenueReader.Sink() {
            @Override
            public void observed(Observation observation, Origin origin) {
                throw new AssertionError("marks are no open interest");
            }

            @Override
            public void quarantined(Quarantined quarantined) {
                rejected.add(quarantined);
            }
        });
        Feed.Poll marks = venue.feeds().stream()
                .filter(feed -> feed.name().equals("marks"))
                .map(Feed.Poll.class::cast)
                .findFirst()
                .orElseThrow();
        Reply reply =
                Reply.message("[{\"symbol\":\"BTC-261225-100000-C\",\"price\":\"1\",\"newMultiplier\":\"2\"}]", NOW);

        reader.read(
                "marks",
                Origin.REST,
                "/eapi/v1/mark",
                reply,
                out -> marks.parser().accept(reply, out));

        assertThat(rejected)
                .extracting(Quarantined::reason, Quarantined::detail)
                .containsExactly(tuple(Quarantined.Reason.SHAPE, "the field /[]/markPrice is lost"));
    }

    @Test
    void optionalUnreadNullAndNewFieldsDoNotMatterButANewUnitDoes() {
        assertThat(compare("{'code':0,'data':[{'symbol':'A','holdVol':null,'lastPrice':7}]}"))
                .isEmpty();
        assertThat(compare("{'data':[]}")).isEmpty();
        assertThat(compare("{'data':[{'symbol':'A','holdVol':1,'contractSize':10}]}"))
                .as("another feed has it")
                .isEmpty();
        assertThat(compare("{'data':[{'symbol':'A','holdVol':1,'contractMultiplier':10}]}"))
                .containsExactly("the field /data/[]/contractMultiplier is new and may be a unit of the count");
    }

    @Test
    void aFeedIsComparedOnceInTenMinutes() {
        assertThat(shapes.isDue("tickers", NOW)).isTrue();
        compare("{'data':[]}");
        assertThat(shapes.isDue("tickers", NOW.plusSeconds(599))).isFalse();
        assertThat(shapes.isDue("tickers", NOW.plusSeconds(600))).isTrue();
        assertThat(shapes.isDue("another", NOW)).isFalse();
    }

    private List<String> compare(String json) {
        return shapes.compare("tickers", read(json.replace('\'', '"')), NOW, true);
    }

    private static JsonNode read(String json) {
        try {
            return Fields.MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
