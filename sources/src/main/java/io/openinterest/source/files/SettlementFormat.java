package io.openinterest.source.files;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openinterest.adapters.Adapters;
import io.openinterest.adapters.Cme;
import io.openinterest.observation.Arrival;
import io.openinterest.observation.Observation;
import io.openinterest.observation.Origin;
import io.openinterest.observation.Quarantined;
import io.openinterest.observation.Quarantined.Reason;
import io.openinterest.transport.ReceiptClock;
import io.openinterest.valuation.Listing;
import io.openinterest.valuation.VenueReader;
import io.openinterest.venue.Feed;
import io.openinterest.venue.Fields;
import io.openinterest.venue.Reply;
import io.openinterest.venue.Request;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.connector.file.src.reader.StreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;

/**
 * CSV with the columns {@code trade_date,product_code,contract_month,open_interest,settle,is_final,published_at}, named
 * by the first line, in any order, without quotes. Of each contract the newest row counts that can be read: of one trade
 * date the final one. Whatever is wrong becomes a quarantine record, and the job goes on.
 */
final class SettlementFormat extends SimpleStreamFormat<Arrival> {

    private static final long serialVersionUID = 1L;

    private static final String ENDPOINT = "files";
    /** Eight products with a dozen months each make a few KB a day. */
    private static final int MAX_FILE = 8 << 20;

    private static final String TRADE_DATE = "trade_date";
    private static final String IS_FINAL = "is_final";
    private static final String PUBLISHED_AT = "published_at";
    private static final List<String> COLUMNS =
            List.of(TRADE_DATE, "product_code", "contract_month", "open_interest", "settle", IS_FINAL, PUBLISHED_AT);

    private static final Set<String> MEANINGFUL = Stream.concat(
                    COLUMNS.stream(), Stream.of("base", "contract_size", "expiration"))
            .collect(Collectors.toUnmodifiableSet());

    /** As databases and spreadsheets write what is true, beside CME's own word. */
    private static final Set<String> FINAL = Set.of("true", "t", "yes", "y", "1", "final");

    /** No p: beside it an f would be final. */
    private static final Set<String> PRELIMINARY = Set.of("false", "f", "no", "n", "0", "preliminary", "prelim");

    private final VenueSettings settings;

    SettlementFormat(VenueSettings settings) {
        this.settings = settings;
    }

    @Override
    public StreamFormat.Reader<Arrival> createReader(Configuration config, FSDataInputStream stream) {
        return new WholeFile(settings, stream);
    }

    @Override
    public TypeInformation<Arrival> getProducedType() {
        return TypeInformation.of(Arrival.class);
    }

    /** Reads it all at the first call: the newest row of a contract may be the last. */
    private static final class WholeFile implements StreamFormat.Reader<Arrival>, VenueReader.Sink {

        private final VenueSettings settings;
        private final InputStream stream;
        private final Deque<Arrival> arrivals = new ArrayDeque<>();
        /** What came of the rows that are read. */
        private final List<Observation> figures = new ArrayList<>();

        private String line;
        private Instant receivedAt;

        WholeFile(VenueSettings settings, InputStream stream) {
            this.settings = settings;
            this.stream = stream;
        }

        @Override
        public Arrival read() throws IOException {
            if (receivedAt == null) {
                receivedAt = ReceiptClock.SYSTEM.now();
                byte[] bytes = stream.readNBytes(MAX_FILE + 1);
                if (bytes.length > MAX_FILE) {
                    bad("the file is larger than " + MAX_FILE + " bytes", null);
                } else {
                    read(new String(bytes, StandardCharsets.UTF_8)
                            .replace("\uFEFF", "")
                            .lines()
                            .toList());
                }
            }
            return arrivals.poll();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }

        /** What is refused later must not hide the row before it. */
        @Override
        public void observed(Observation observation, Origin origin) {
            if (observation.exceedsAnyMarket()) {
                implausible(observation, "value_usd is above 10^12 USD");
            } else {
                figures.add(observation);
            }
        }

        @Override
        public void quarantined(Quarantined quarantined) {
            arrivals.add(Arrival.of(quarantined, watermark()));
        }

        private long watermark() {
            return receivedAt.minus(settings.common().lateness()).toEpochMilli();
        }

        private void read(List<String> lines) {
            List<String> names =
                    lines.isEmpty() ? List.of() : List.of(lines.get(0).strip().split("\\s*,\\s*"));
            if (!names.containsAll(COLUMNS)) {
                bad("the first line does not name the columns " + COLUMNS, lines.isEmpty() ? null : lines.get(0));
                return;
            }
            for (String column : names) {
                // the one that is meant can't be told
                if (MEANINGFUL.contains(column) && Collections.frequency(names, column) > 1) {
                    bad("the first line names the column " + column + " more than once", lines.get(0));
                    return;
                }
            }
            Map<String, List<Settlement>> contracts = new LinkedHashMap<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.strip().split("\\s*,\\s*", -1);
                if (line.isBlank()) {
                    continue;
                }
                if (cells.length != names.size()) {
                    bad("the line has " + cells.length + " columns, not " + names.size(), line);
                    continue;
                }
                ObjectNode row = JsonNodeFactory.instance.objectNode();
                for (int i = 0; i < cells.length; i++) {
                    row.put(names.get(i), cells[i]);
                }
                try {
                    contracts
                            .computeIfAbsent(Cme.contract(row), contract -> new ArrayList<>())
                            .add(Settlement.of(row, receivedAt));
                } catch (Fields.BadSchema | Fields.Malformed e) {
                    bad(e.getMessage(), line);
                }
            }
            contracts.values().forEach(this::readNewest);
        }

        /** An older row counts where a newer one can't be read. One that is too old is no reason: those before it are older. */
        private void readNewest(List<Settlement> contract) {
            Map<Settlement, List<Settlement>> byAge = new TreeMap<>(Settlement.NEWEST_FIRST);
            contract.forEach(settlement -> byAge.computeIfAbsent(settlement, first -> new ArrayList<>())
                    .add(settlement));
            for (List<Settlement> sameAge : byAge.values()) {
                int before = arrivals.size();
                figures.clear();
                sameAge.forEach(settlement -> read(settlement.row));
                if (figures.stream().map(WholeFile::figures).distinct().count() > 1) {
                    implausible(figures.get(0), "the file states other figures of the same contract and time");
                } else if (!figures.isEmpty()) {
                    arrivals.add(Arrival.of(figures.get(0), watermark()));
                    return;
                } else if (arrivals.size() > before
                        && arrivals.peekLast().quarantined().reason() == Reason.FROZEN_AT_SOURCE) {
                    return;
                }
            }
        }

        private static List<BigDecimal> figures(Observation observation) {
            return Stream.of(observation.contractCount(), observation.contractSize(), observation.valueUsd())
                    .map(BigDecimal::stripTrailingZeros)
                    .toList();
        }

        private void implausible(Observation observation, String detail) {
            quarantined(new Quarantined(
                    receivedAt, settings.id(), ENDPOINT, observation.market(), Reason.IMPLAUSIBLE, detail, line));
        }

        /** By a reader of its own: the terms of a row whose figures can't be read say nothing of another. */
        private void read(ObjectNode row) {
            Venue cme = Adapters.create(settings);
            VenueReader observations = new VenueReader(cme, settings, this);
            Request file = Request.get(ENDPOINT);
            line = row.toString();
            Reply reply = Reply.of(file, 200, Map.of(), line, receivedAt);
            for (Feed feed : cme.feeds()) {
                VenueReader.Outcome outcome = observations.read(
                        feed.name(),
                        Origin.FILE,
                        ENDPOINT,
                        reply,
                        out -> ((Feed.Poll) feed).parser().accept(reply, out));
                if (!outcome.readable()) {
                    return;
                }
                Listing listing = new Listing();
                listing.read(file, outcome);
                // one contract of many
                listing.missing(file);
                observations.refresh(listing, false, ENDPOINT, receivedAt);
            }
            // no other row will bring a price that is missing in this one
            observations.giveUpWaiting();
        }

        private void bad(String detail, String line) {
            quarantined(new Quarantined(receivedAt, settings.id(), ENDPOINT, null, Reason.BAD_RECORD, detail, line));
        }
    }

    /**
     * A row, and what tells which of a contract's counts.
     *
     * @param publishedAt the later of two final figures of a day is a correction
     */
    private record Settlement(ObjectNode row, LocalDate tradeDate, boolean isFinal, Instant publishedAt) {

        static final Comparator<Settlement> NEWEST_FIRST = Comparator.comparing(Settlement::tradeDate)
                .thenComparing(Settlement::isFinal)
                .thenComparing(Settlement::publishedAt)
                .reversed();

        /** Whatever time zone is mistaken for UTC. */
        private static final Duration MAX_AHEAD = Duration.ofDays(1);

        /** What can't be placed among the others must not hide them. */
        static Settlement of(ObjectNode row, Instant now) {
            String isFinal = text(row, IS_FINAL).toLowerCase(Locale.ROOT);
            if (!FINAL.contains(isFinal) && !PRELIMINARY.contains(isFinal)) {
                throw new Fields.BadSchema("is_final is '" + text(row, IS_FINAL) + "', allowed is true or false");
            }
            Fields.required(row, PUBLISHED_AT);
            Instant publishedAt = Fields.iso(row, PUBLISHED_AT);
            if (!publishedAt.isBefore(now.plus(MAX_AHEAD))) {
                throw new Fields.BadSchema("published_at is '" + text(row, PUBLISHED_AT) + "', a day or more from now");
            }
            LocalDate tradeDate = day(row);
            if (tradeDate.isAfter(LocalDate.ofInstant(publishedAt.plus(MAX_AHEAD), ZoneOffset.UTC))) {
                throw new Fields.BadSchema(
                        "trade_date is '" + text(row, TRADE_DATE) + "', a day or more after it was published");
            }
            return new Settlement(row, tradeDate, FINAL.contains(isFinal), publishedAt);
        }

        private static LocalDate day(ObjectNode row) {
            try {
                return LocalDate.parse(text(row, TRADE_DATE).replace("-", ""), DateTimeFormatter.BASIC_ISO_DATE);
            } catch (DateTimeException e) {
                throw new Fields.BadSchema(
                        "trade_date is '" + text(row, TRADE_DATE) + "' and no day such as 2026-11-19");
            }
        }
    }

    private static String text(ObjectNode row, String column) {
        return row.path(column).asText();
    }
}
