package io.openinterest.local;

import io.openinterest.job.config.ConfigurationException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ClusterOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.FallbackKey;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.NettyShuffleEnvironmentOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RpcOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.executiongraph.failover.RestartBackoffTimeStrategyFactoryLoader;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.apache.flink.util.DynamicCodeLoadingException;

/**
 * The user's Flink options. Flink reads each where it is needed, late or never, and what it then says need not name the
 * option.
 */
final class FlinkOptions {

    private static final String PREFIX = "flink.";
    private static final String HIDDEN = GlobalConfiguration.HIDDEN_CONTENT;

    /** Those that the local run's own keys decide, and those that the job sets whatever is configured. */
    private static final Set<String> OWN = Set.of(
            RestOptions.PORT.key(),
            RestOptions.BIND_PORT.key(),
            RestOptions.ADDRESS.key(),
            RestOptions.BIND_ADDRESS.key(),
            CheckpointingOptions.CHECKPOINTING_INTERVAL.key(),
            TaskManagerOptions.NUM_TASK_SLOTS.key(),
            CoreOptions.DEFAULT_PARALLELISM.key(),
            CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE.key(),
            CheckpointingOptions.CHECKPOINTING_TIMEOUT.key(),
            CheckpointingOptions.TOLERABLE_FAILURE_NUMBER.key(),
            ExecutionOptions.BUFFER_TIMEOUT.key(),
            "execution.buffer-timeout",
            PipelineOptions.AUTO_WATERMARK_INTERVAL.key(),
            PipelineOptions.GENERIC_TYPES.key(),
            PipelineOptions.GLOBAL_JOB_PARAMETERS.key(),
            PipelineOptions.MAX_PARALLELISM.key(),
            PipelineOptions.OBJECT_REUSE.key());

    /** Where Flink says of what type an option is. */
    private static final List<Class<?>> KNOWN = List.of(
            BlobServerOptions.class,
            CheckpointingOptions.class,
            ClusterOptions.class,
            CoreOptions.class,
            DeploymentOptions.class,
            ExecutionOptions.class,
            HeartbeatManagerOptions.class,
            HighAvailabilityOptions.class,
            JobManagerOptions.class,
            MetricOptions.class,
            NettyShuffleEnvironmentOptions.class,
            PipelineOptions.class,
            ResourceManagerOptions.class,
            RestOptions.class,
            RestartStrategyOptions.class,
            RpcOptions.class,
            StateBackendOptions.class,
            StateChangelogOptions.class,
            StateRecoveryOptions.class,
            TaskManagerOptions.class,
            WebOptions.class);

    private final Map<String, String> given;

    FlinkOptions(Map<String, String> given) {
        this.given = new TreeMap<>(given);
    }

    /**
     * Asked before anything starts.
     *
     * @throws ConfigurationException when one is not the user's to set, has a value of another type, or names a state
     *     backend or a restart strategy that is not here
     */
    void check() {
        given.keySet().stream().filter(OWN::contains).findFirst().ifPresent(option -> {
            throw new ConfigurationException(PREFIX + option + " is set by the job itself.");
        });
        Configuration configuration = Configuration.fromMap(given);
        known().forEach(option -> keys(option).filter(given::containsKey).forEach(key -> {
            try {
                configuration.get(option);
            } catch (IllegalArgumentException e) {
                String value = GlobalConfiguration.isSensitive(key) ? HIDDEN : given.get(key);
                throw new ConfigurationException(
                        PREFIX + key + " is \"" + value + "\", which Flink does not take for that option.");
            }
        }));
        requireStateBackend(configuration);
        requireRestartStrategy(configuration);
    }

    /** Flink looks for it when the first task starts, again and again. */
    private static void requireStateBackend(Configuration configuration) {
        try {
            StateBackendLoader.loadStateBackendFromConfig(configuration, FlinkOptions.class.getClassLoader(), null);
        } catch (DynamicCodeLoadingException | IOException e) {
            throw new ConfigurationException(PREFIX + StateBackendOptions.STATE_BACKEND.key() + " is \""
                    + configuration.get(StateBackendOptions.STATE_BACKEND)
                    + "\", which is no part of the local run; allowed is hashmap.");
        }
    }

    /** Flink refuses the job then, in words of its own. */
    private static void requireRestartStrategy(Configuration configuration) {
        try {
            RestartBackoffTimeStrategyFactoryLoader.createRestartBackoffTimeStrategyFactory(
                    configuration, new Configuration(), true);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(PREFIX + RestartStrategyOptions.RESTART_STRATEGY.key() + " is \""
                    + configuration.get(RestartStrategyOptions.RESTART_STRATEGY) + "\", which Flink does not know.");
        }
    }

    private static List<ConfigOption<?>> known() {
        List<ConfigOption<?>> options = new ArrayList<>();
        for (Class<?> known : KNOWN) {
            for (Field field : known.getFields()) {
                if (field.getType() == ConfigOption.class) {
                    try {
                        options.add((ConfigOption<?>) field.get(null));
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
        }
        return options;
    }

    private static Stream<String> keys(ConfigOption<?> option) {
        Stream<String> older = Stream.empty();
        for (FallbackKey key : option.fallbackKeys()) {
            older = Stream.concat(older, Stream.of(key.getKey()));
        }
        return Stream.concat(Stream.of(option.key()), older);
    }
}
