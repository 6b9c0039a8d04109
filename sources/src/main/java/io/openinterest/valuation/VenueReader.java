package io.openinterest.valuation;

import io.openinterest.observation.Evidence;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.venue.Fault;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Instrument;
import io.openinterest.venue.Instruments;
import io.openinterest.venue.Observer;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Makes observations and quarantine records of what the parsers of one venue report. Used on the venue's thread only;
 * it never reads a clock, so that a test can play any day.
 *
 * <p>A parser reports to an {@link AnswerReader}; {@link ListedMarkets} knows the markets, {@link Prices} the prices,
 * and {@link Rows} values what is counted. Two things watch over it: the {@link FactorGuard} holds back a venue that
 * counts otherwise than before, and {@link EvidenceChecks} say what its own figures prove.
 */
public final class VenueReader {

    private final VenueSettings settings;
    private final Sink sink;
    private final Naming naming;
    private final ListedMarkets listed;
    private final Prices prices;
    private final Observations observations;
    private final Rejections rejections;
    private final FactorGuard guard;
    private final EvidenceChecks checks;
    private final Shapes shapes;
    private final Set<String> lookups;
    private final Rows rows;
    private boolean hasToldSymbols;

    /** Takes results. */
    public interface Sink {
        /**
         * A usable observation.
         *
         * @param origin the way it really came, where the observation says {@code simulated} too
         */
        void observed(Observation observation, Origin origin);

        /** Something unusable. */
        void quarantined(Quarantined quarantined);

        /** The verdict of a check. */
        default void evidence(Evidence evidence) {}
    }

    /**
     * The outcome of reading one answer.
     *
     * @param reported rows, prices and instruments it named, usable or not
     * @param listed the part of the instrument list that stands in it
     * @param asked further requests of the same sweep
     * @param readable false when the answer as a whole could not be read
     */
    public record Outcome(int reported, Listing.Part listed, List<Request> asked, boolean readable) {}

    /** For one venue; results go to the sink on the calling thread. */
    public VenueReader(Venue venue, VenueSettings settings, Sink sink) {
        this.settings = settings;
        this.sink = sink;
        this.naming = new Naming(venue, settings);
        this.listed = new ListedMarkets(naming::isWanted, this::isRemembered);
        this.prices = new Prices(settings.common().rates(), settings.maxAge(venue));
        this.observations = new Observations(venue, settings, naming);
        this.rejections = new Rejections(settings.id(), naming, listed.instruments(), sink::quarantined);
        this.guard = new FactorGuard(sink::observed);
        this.checks = new EvidenceChecks(settings.id());
        this.shapes = Shapes.of(settings.id());
        this.lookups = venue.feeds().stream()
                .filter(feed -> feed instanceof Feed.Poll poll && poll.kind() == Feed.Poll.Kind.LOOKUP)
                .map(Feed::name)
                .collect(Collectors.toUnmodifiableSet());
        this.rows = new Rows(listed, prices, observations, rejections, checks, guard);
    }

    /** Goes on after a restart; to be called before anything is read. See {@link FactorGuard#resume}. */
    public void resume(Map<String, LastFigures> last) {
        guard.resume(last);
    }

    /**
     * Reads one good answer.
     *
     * @param feed name of the feed or history
     * @param origin the way it came
     * @param endpoint what was asked, without secrets
     */
    public Outcome read(String feed, Origin origin, String endpoint, Reply reply, Consumer<Observer> parser) {
        Answer answer = new Answer(feed, origin, endpoint, reply);
        Outcome outcome = new AnswerReader(
                        answer, settings.common().assetClasses(), listed.instruments(), prices, rows, rejections)
                .read(parser);
        boolean isLookup = lookups.contains(feed);
        boolean saysSomething = outcome.reported() > 0 || (isLookup && outcome.readable());
        if (saysSomething && shapes.isDue(feed, reply.receivedAt())) {
            for (String change : shapes.compare(feed, reply.json(), reply.receivedAt(), !isLookup)) {
                rejections.reject(answer, reply.text(), null, Reason.SHAPE, change);
            }
        }
        rows.retry();
        judge(reply.receivedAt());
        return outcome;
    }

    /**
     * Takes a sweep of the instrument list.
     *
     * @param sweep what its answers named
     * @param isFinished false where it ended before all was asked
     * @param endpoint the last question
     * @return how much of it was believed
     */
    public Trust refresh(Listing sweep, boolean isFinished, String endpoint, Instant at) {
        ListedMarkets.Renewal renewal = listed.renew(sweep, isFinished, at);
        renewal.closed().forEach(gone -> delist(gone, at));
        for (Instrument gone : renewal.delisted()) {
            delist(gone, at);
            checks.forget(naming.market(gone));
            rows.forget(gone);
        }
        rejections.reject(renewal.problems(), endpoint, at);
        if (renewal.trust() == Trust.ALL && !hasToldSymbols) {
            hasToldSymbols = true;
            for (String symbol : naming.unmatched(instruments())) {
                String detail =
                        "venues." + settings.id() + ".symbols has " + symbol + ", which no listed market matches";
                rejections.reject(at, endpoint, Reason.UNKNOWN_INSTRUMENT, detail, null);
            }
        }
        return renewal.trust();
    }

    private boolean isRemembered(Instrument market) {
        return guard.isKnown(naming.market(market));
    }

    private void delist(Instrument gone, Instant at) {
        if (isWanted(gone) && observations.askedItself(gone) == null) {
            guard.take(observations.delisting(gone, at), Origin.REST);
        }
    }

    /**
     * Gives up on rows that waited too long for a price, and tells what the checks found when a full minute has passed.
     * To be called about once a second.
     */
    public void expire(Instant now) {
        rows.giveUp(now.minus(Prices.JOIN_WITHIN));
        judge(now);
        if (checks.isDue(now)) {
            tellWithheld(now);
            checks.at(now, guard, shapes, listed).forEach(sink::evidence);
        }
    }

    private void judge(Instant now) {
        if (guard.judge(now)) {
            tellWithheld(now);
        }
    }

    private void tellWithheld(Instant now) {
        String withheld = guard.takeWithheld();
        if (withheld != null) {
            rejections.reject(now, null, Reason.IMPLAUSIBLE, withheld, null);
        }
    }

    /** Gives up on all rows that wait for a price, where nothing more is to come. */
    public void giveUpWaiting() {
        rows.giveUp(Instant.MAX);
        guard.judge(Instant.MAX);
    }

    /** Forgets what a history read has left behind. */
    public void forgetPast() {
        prices.forgetPast();
    }

    /** Records a question without a good answer. */
    public void failed(String endpoint, Fault fault, String raw, Instant at) {
        rejections.reject(at, endpoint, fault.reason(), fault.detail(), raw);
    }

    /** True for an instrument the user wants observed. */
    public boolean isWanted(Instrument instrument) {
        return naming.isWanted(instrument);
    }

    /** The current instrument list. */
    public Instruments instruments() {
        return listed.instruments();
    }
}
