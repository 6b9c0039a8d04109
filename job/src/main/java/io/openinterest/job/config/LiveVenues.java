package io.openinterest.job.config;

import io.openinterest.adapters.Adapters;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import io.openinterest.venue.AssetClasses;
import io.openinterest.venue.ConfFile;
import io.openinterest.venue.Conventions;
import io.openinterest.venue.Products;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueCalendar;
import io.openinterest.venue.VenueSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The enabled venues as the live source wants them. */
public final class LiveVenues {

    /** The user's file of how venues count; without it the copy in the jar holds. */
    static final String CONVENTIONS = "conf/conventions.yaml";

    /**
     * The user's files of what is no coin, of what no venue lists and of what changes, beside the conventions; without one
     * the copy in the jar holds.
     */
    private static final String ASSET_CLASSES = "asset-classes.yaml";

    private static final String PRODUCTS = "products.yaml";

    private static final String CALENDAR = "venue-calendar.yaml";

    /** The time event time waits for a venue's first answer. */
    private static final Duration START_WAIT = Duration.ofSeconds(60);

    private LiveVenues() {}

    /**
     * The enabled venues that answer questions.
     *
     * @throws ConfigurationException when there is none, or one that does not exist, is closed or can't be as configured
     */
    public static List<VenueSettings> of(JobConfiguration configuration) {
        List<VenueSettings> venues = enabled(configuration).stream()
                .filter(venue -> !isReadFromFiles(venue))
                .toList();
        if (venues.isEmpty()) {
            throw new ConfigurationException("No venue is enabled, allowed is venues.<id>.enabled=true for any venue.");
        }
        return venues;
    }

    /** The enabled venues that are read from files. */
    public static List<VenueSettings> files(JobConfiguration configuration) {
        return enabled(configuration).stream()
                .filter(LiveVenues::isReadFromFiles)
                .toList();
    }

    /** The folder of one of them. */
    public static Folder folder(VenueSettings venue) {
        return new Folder("venues." + venue.id() + ".files", venue.option("files", null));
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

    /** The exchange of each enabled venue. */
    public static Map<String, String> exchanges(JobConfiguration configuration) {
        SourceSettings common = common(configuration, Set.of());
        Map<String, String> exchanges = new TreeMap<>();
        configuration
                .enabledVenues()
                .forEach(id -> exchanges.put(
                        id, create(settings(id, configuration, common)).exchange()));
        return exchanges;
    }

    private static Venue create(VenueSettings settings) {
        String key = "venues." + settings.id() + ".enabled";
        if (!Adapters.exists(settings.id(), settings.common().conventions())) {
            throw new ConfigurationException(key + " is true, but there is no such venue.");
        }
        Venue venue;
        try {
            venue = Adapters.create(settings);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e.getMessage());
        }
        if (venue.isReadFromFiles() && settings.option("files", null) == null) {
            throw new ConfigurationException("venues." + settings.id()
                    + ".files is not set, allowed is a folder or object-store prefix with *.csv files.");
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

    /** The time for which a value counts that nobody renewed, by venue: as configured, else as the venue's file says. */
    public static Map<String, Duration> maxAges(JobConfiguration configuration) {
        SourceSettings common = defaults(configuration.conventions());
        Map<String, Duration> maxAges = new TreeMap<>();
        common.conventions()
                .venues()
                .filter(id -> Adapters.exists(id, common.conventions()))
                .forEach(id -> maxAges.put(
                        id, Adapters.create(VenueSettings.of(id, common)).maxAge()));
        configuration.venues().forEach((id, venue) -> {
            if (venue.maxAge() != null) {
                maxAges.put(id, venue.maxAge());
            }
        });
        return maxAges;
    }

    /** The silence of an enabled venue that is asked from which on it is worth telling: two polls and a half. */
    public static Map<String, Duration> patience(JobConfiguration configuration) {
        Map<String, Duration> patience = new TreeMap<>();
        for (VenueSettings venue : of(configuration)) {
            Duration interval =
                    venue.pollInterval() == null ? Adapters.create(venue).pollInterval() : venue.pollInterval();
            patience.put(venue.id(), interval.multipliedBy(5).dividedBy(2));
        }
        return patience;
    }

    /** By venue that observations name, the enabled one that is asked for them under another name. */
    public static Map<String, String> deliverers(JobConfiguration configuration) {
        Map<String, String> deliverers = new TreeMap<>();
        for (VenueSettings venue : enabled(configuration)) {
            Adapters.create(venue).alsoDelivers().forEach(delivered -> deliverers.put(delivered, venue.id()));
        }
        return deliverers;
    }

    /** What the enabled venues, and those they deliver too, announced that is worth showing on that day. */
    public static List<VenueCalendar.Change> announced(JobConfiguration configuration, LocalDate today) {
        Set<String> venues = new HashSet<>(configuration.enabledVenues());
        venues.addAll(deliverers(configuration).keySet());
        return calendar(configuration).shownOn(today, venues);
    }

    /**
     * What venues announced, by day: the user's file beside the conventions, else the copy in the jar.
     *
     * @throws ConfigurationException when the file can't be used
     */
    public static VenueCalendar calendar(JobConfiguration configuration) {
        return beside(configuration.conventions(), CALENDAR, VenueCalendar::read, VenueCalendar::builtIn);
    }

    /** Whether a venue can be read: it has a file, and the conventions say how it counts. */
    public static boolean exists(String id, JobConfiguration configuration) {
        return Adapters.exists(id, conventions(configuration.conventions()));
    }

    /**
     * Settings that venues share where nothing else is configured.
     *
     * @param conventions file of how venues count
     */
    static SourceSettings defaults(String conventions) {
        return SourceSettings.defaults().with(conventions(conventions));
    }

    private static SourceSettings common(JobConfiguration configuration, Set<String> directExchanges) {
        return new SourceSettings(
                configuration.lateness(),
                START_WAIT,
                configuration.historyWait(),
                Map.copyOf(configuration.rates()),
                conventions(configuration.conventions()),
                beside(configuration.conventions(), ASSET_CLASSES, AssetClasses::read, AssetClasses::builtIn),
                beside(configuration.conventions(), PRODUCTS, Products::read, Products::builtIn),
                directExchanges,
                configuration.source() == SourceKind.SIMULATED);
    }

    private interface Reading<T> {
        T read(Path file) throws IOException;
    }

    private static <T> T beside(String conventions, String name, Reading<T> reading, Supplier<T> builtIn) {
        Path file = Path.of(conventions).resolveSibling(name);
        if (!Files.exists(file)) {
            return builtIn.get();
        }
        try {
            return reading.read(file);
        } catch (IOException e) {
            throw unusable(file.toString(), e);
        }
    }

    private static ConfigurationException unusable(String file, Exception why) {
        return new ConfigurationException(
                why instanceof ConfFile.Unusable
                        ? file + " can't be used: " + why.getMessage() + "."
                        : file + " can't be read, allowed is a YAML file.");
    }

    /** The file that the user may have corrected, else the copy in the jar. */
    private static Conventions conventions(String file) {
        try {
            if (file.equals(CONVENTIONS) && !Files.exists(Path.of(file))) {
                return Conventions.builtIn();
            }
            return Conventions.read(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new ConfigurationException("conventions " + file + " does not exist, allowed is a YAML file.");
        } catch (IOException | InvalidPathException e) {
            throw unusable("conventions " + file, e);
        }
    }

    private static boolean isReadFromFiles(VenueSettings settings) {
        return Adapters.create(settings).isReadFromFiles();
    }

    private static String text(URI uri) {
        return uri == null ? null : uri.toString();
    }
}
