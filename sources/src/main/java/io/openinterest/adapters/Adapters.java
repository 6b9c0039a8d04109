package io.openinterest.adapters;

import io.openinterest.venue.Conventions;
import io.openinterest.venue.SourceSettings;
import io.openinterest.venue.Venue;
import io.openinterest.venue.VenueSettings;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the file of a venue by its id, so that there is no list to keep. */
public final class Adapters {

    private static final String PACKAGE = "io.openinterest.adapters.";

    private Adapters() {}

    /**
     * The venue of these settings.
     *
     * @throws IllegalArgumentException when there is no such venue; the message is fit for the user
     */
    public static Venue create(VenueSettings settings) {
        Class<?> type = find(settings.id());
        if (type == null) {
            throw new IllegalArgumentException("there is no venue '" + settings.id() + "'");
        }
        try {
            Constructor<?> constructor = type.getConstructor(VenueSettings.class);
            return (Venue) constructor.newInstance(settings);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(type + " could not be created", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " needs a public constructor that takes VenueSettings", e);
        }
    }

    /** Whether a file exists for the id, and the conventions say how it counts. */
    public static boolean exists(String id, Conventions conventions) {
        return find(id) != null && conventions.knows(id);
    }

    /** The configuration keys of the venue's own, with the values they take; none where there is no such venue. */
    public static Map<String, List<String>> options(String id, SourceSettings common) {
        return exists(id, common.conventions())
                ? create(VenueSettings.of(id, common)).options()
                : Map.of();
    }

    private static Class<?> find(String id) {
        if (!id.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
            return null;
        }
        String camel = Stream.of(id.split("-"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
        Class<?> exact = load(camel);
        return exact != null ? exact : load(camel.substring(0, id.split("-")[0].length()));
    }

    private static Class<?> load(String name) {
        try {
            Class<?> type = Class.forName(PACKAGE + name, false, Adapters.class.getClassLoader());
            return Venue.class.isAssignableFrom(type) ? type : null;
        } catch (ClassNotFoundException e) {
            return null;
        } catch (NoClassDefFoundError e) {
            // where file names are the same in small letters; anything else is no question of the id
            if (String.valueOf(e.getMessage()).contains("wrong name")) {
                return null;
            }
            throw e;
        }
    }
}
