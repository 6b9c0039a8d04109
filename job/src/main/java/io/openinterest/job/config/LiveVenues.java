package io.openinterest.job.config;

import io.openinterest.adapters.Adapters;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.venue.Conventions;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The enabled venues as the live source wants them. */
public final class LiveVenues {

    /** The venue that is read from files. */
    static final String CME = "cme";

    /** How long event time waits for a venue's first answer. */
    private static final Path CONVENTIONS = Path.of("conf", "conventions.yaml");

    private static final Duration START_WAIT = Duration.ofSeconds(60);

    private LiveVenues() {}

    /**
     * The enabled venues that answer questions.
     *
     * @throws ConfigurationException when there is none, or one that does not exist, is closed or can't be as configured
     */
    public static List<VenueSettings> of(JobConfiguration configuration) {
        List<VenueSettings> venues = enabled(configuration).stream()
                .filter(venue -> !venue.id().equals(CME))
                .toList();
        if (venues.isEmpty()) {
            throw new ConfigurationException("No venue is enabled, allowed is venues.<id>.enabled=true for any venue.");
        }
        return venues;
    }

    /** CME's files, when they are enabled; at most one. */
    public static List<VenueSettings> files(JobConfiguration configuration) {
        return enabled(configuration).stream()
                .filter(venue -> venue.id().equals(CME))
                .toList();
    }

    private static List<VenueSettings> enabled(JobConfiguration configuration) {
        SourceSettings alone = common(configuration, Set.of());
        Set<String> directExchanges = new HashSet<>();
        for (String id : configuration.enabledVenues()) {
            Venue venue = create(settings(id, configuration, alone));
            if (!venue.isAggregator()) {
                directExchanges.add(venue.exchange());
            }
        }
        SourceSettings common = common(configuration, directExchanges);
        return configuration.enabledVenues().stream()
                .map(id -> settings(id, configuration, common))
                .toList();
    }

    /** The venues that the first boundary waits for: those that will answer under their own name. */
    public static Set<String> awaited(JobConfiguration configuration) {
        SourceSettings common = common(configuration, Set.of());
        return configuration.enabledVenues().stream()
                .filter(id -> {
                    Venue venue = create(settings(id, configuration, common));
                    return !venue.isAggregator() && !venue.feeds().isEmpty();
                })
                .collect(Collectors.toSet());
    }

    private static Venue create(VenueSettings settings) {
        String key = "venues." + settings.id() + ".enabled";
        if (!Adapters.exists(settings.id())) {
            throw new ConfigurationException(key + " is true, but there is no such venue.");
        }
        Venue venue;
        try {
            venue = Adapters.create(settings);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e.getMessage());
        }
        if (settings.id().equals(CME) && settings.option("files", null) == null) {
            throw new ConfigurationException(
                    "venues.cme.files is not set, allowed is a folder or object-store prefix with *.csv files.");
        }
        if (venue.closed() != null && settings.restUrl() == null) {
            throw new ConfigurationException(key + " is true, allowed is false: " + venue.closed());
        }
        return venue;
    }

    private static VenueSettings settings(String id, JobConfiguration configuration, SourceSettings common) {
        JobConfiguration.Venue venue = configuration.venues().get(id);
        return new VenueSettings(
                id,
                text(venue.restUrl()),
                text(venue.wsUrl()),
                venue.pollInterval(),
                venue.maxAge(),
                venue.symbols(),
                venue.options(),
                common);
    }

    private static SourceSettings common(JobConfiguration configuration, Set<String> directExchanges) {
        return new SourceSettings(
                configuration.lateness(),
                START_WAIT,
                configuration.historyWait(),
                Map.copyOf(configuration.rates()),
                conventions(),
                directExchanges,
                configuration.source() == SourceKind.SIMULATED);
    }

    /** The file that the user may have corrected, else the copy in the jar. */
    private static Conventions conventions() {
        if (!Files.exists(CONVENTIONS)) {
            return Conventions.builtIn();
        }
        try {
            return Conventions.read(CONVENTIONS);
        } catch (IOException e) {
            throw new ConfigurationException(CONVENTIONS + " can't be read: "
                    + e.getMessage().lines().findFirst().orElse("unknown fault"));
        }
    }

    private static String text(URI uri) {
        return uri == null ? null : uri.toString();
    }
}
