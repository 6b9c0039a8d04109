package io.openinterest.job.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.openinterest.job.config.JobConfiguration.SourceKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line. */
@Command(
        name = "open-interest",
        description = "Open interest of derivatives exchanges, aligned, added up and explained, in Kafka topics.",
        sortOptions = false,
        versionProvider = Version.class)
public class Arguments {

    private static final String DEFAULT_FILE = "conf/open-interest.yaml";

    /** Sections whose keys are names of somebody else's, with dots in them. */
    private static final List<String> FOREIGN = List.of("flink", "kafka.properties");

    /** More than the names of Kafka, Flink and its plugins have. */
    private static final int MAX_LEVELS = 50;

    @Option(
            names = "--conf",
            paramLabel = "FILE",
            description = "Configuration file (default: " + DEFAULT_FILE + ", else the copy in the jar).")
    private String file = DEFAULT_FILE;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            arity = "1",
            description =
                    "Overrides one key of the file, for example --set source=replay; lists as [a, b]. Repeatable.")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--help", usageHelp = true, description = "Prints this and ends.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Prints the version and ends.")
    private boolean version;

    /**
     * Parses a command line into this object. Prints what {@code --help} or {@code --version} asks for.
     *
     * @return false if that was all there was to do
     * @throws ConfigurationException on an argument that does not exist
     */
    public boolean parse(String... args) {
        CommandLine commandLine = new CommandLine(this);
        try {
            commandLine.parseArgs(args);
        } catch (ParameterException e) {
            throw new ConfigurationException(
                    Section.shown(e.getMessage()) + ", allowed is " + String.join(", ", options(commandLine)) + ".");
        }
        if (help) {
            commandLine.usage(System.out);
        } else if (version) {
            commandLine.printVersionHelp(System.out);
        }
        return !help && !version;
    }

    /**
     * Reads the configuration these arguments name.
     *
     * @param defaultSource the source where neither the file nor an argument names one
     * @throws ConfigurationException on a wrong file, key or value
     */
    public JobConfiguration configuration(SourceKind defaultSource) {
        ObjectNode tree = object(ConfigurationFile.read("--conf", file), file);
        addVenues(tree, object(ConfigurationFile.readInJar(DEFAULT_FILE), DEFAULT_FILE));
        FOREIGN.forEach(section -> flatten(tree, section));
        overrides.forEach(override -> set(tree, override));
        return JobConfiguration.of(tree, defaultSource);
    }

    /** Sets a key as {@code --set} does, over all that was given. */
    public void set(String key, String value) {
        overrides.add(key + "=" + value);
    }

    private static ObjectNode object(JsonNode tree, String name) {
        if (tree.isMissingNode() || tree.isNull()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (tree instanceof ObjectNode object) {
            return object;
        }
        throw new ConfigurationException(name + " is no configuration, allowed is YAML of keys and values.");
    }

    /** The file in the jar says which venues there are and which are on, whatever file is used. */
    private static void addVenues(ObjectNode tree, ObjectNode defaults) {
        if (tree.path("venues").isMissingNode() || tree.path("venues").isNull()) {
            tree.putObject("venues");
        }
        if (tree.get("venues") instanceof ObjectNode venues && defaults.path("venues") instanceof ObjectNode known) {
            known.properties().forEach(venue -> addMissing(venues, venue.getKey(), venue.getValue()));
        }
    }

    private static void addMissing(ObjectNode venues, String id, JsonNode defaults) {
        if (venues.path(id) instanceof ObjectNode venue) {
            defaults.properties().stream()
                    .filter(entry -> !venue.has(entry.getKey()))
                    .forEach(entry -> venue.set(entry.getKey(), entry.getValue()));
        } else if (venues.path(id).isMissingNode() || venues.path(id).isNull()) {
            venues.set(id, defaults.deepCopy());
        }
    }

    private static void set(ObjectNode tree, String override) {
        int equals = override.indexOf('=');
        if (equals < 1) {
            throw new ConfigurationException(
                    "--set " + Section.shown(override) + " has no value, allowed is path.to.key=value.");
        }
        String key = override.substring(0, equals);
        List<String> levels = List.of(key.split("\\.", -1));
        if (levels.size() > MAX_LEVELS || levels.stream().anyMatch(String::isBlank)) {
            throw new ConfigurationException(
                    "--set " + Section.shown(key) + " is no key, allowed is path.to.key=value.");
        }
        List<String> path = FOREIGN.stream()
                .filter(section -> key.startsWith(section + "."))
                .findFirst()
                .map(section -> Stream.concat(
                                Stream.of(section.split("\\.")), Stream.of(key.substring(section.length() + 1)))
                        .toList())
                .orElse(levels);
        ObjectNode level = tree;
        for (String name : path.subList(0, path.size() - 1)) {
            JsonNode next = level.path(name);
            level = next instanceof ObjectNode object ? object : level.putObject(name);
        }
        level.set(path.get(path.size() - 1), value(key, override.substring(equals + 1)));
    }

    /** Names of somebody else's may be written as levels in a file; one may begin another, so each becomes one key. */
    private static void flatten(ObjectNode tree, String section) {
        JsonNode within = tree;
        String[] path = section.split("\\.");
        for (int i = 0; i < path.length - 1; i++) {
            within = within.path(path[i]);
        }
        String last = path[path.length - 1];
        if (within instanceof ObjectNode parent && parent.get(last) instanceof ObjectNode named) {
            flatten(section, "", named, parent.putObject(last));
        }
    }

    private static void flatten(String section, String prefix, ObjectNode from, ObjectNode to) {
        from.properties().forEach(entry -> {
            String name = prefix + entry.getKey();
            if (entry.getValue() instanceof ObjectNode more && !entry.getKey().isBlank()) {
                flatten(section, name + ".", more, to);
            } else if (to.has(name)) {
                throw new ConfigurationException(section + "." + name + " is there twice, allowed is once.");
            } else {
                to.set(name, entry.getValue());
            }
        });
    }

    private static JsonNode value(String key, String text) {
        try {
            JsonNode value = ConfigurationFile.value(text);
            return value.isMissingNode() ? TextNode.valueOf(text) : value;
        } catch (IOException e) {
            throw new ConfigurationException(
                    "--set " + key
                            + " has no readable value, allowed is a plain value or a list as [a, b], text that begins with * in quotes.");
        }
    }

    private static List<String> options(CommandLine commandLine) {
        return commandLine.getCommandSpec().options().stream()
                .map(option -> option.longestName())
                .toList();
    }
}
