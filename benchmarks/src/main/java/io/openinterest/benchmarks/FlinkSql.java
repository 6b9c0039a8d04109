package io.openinterest.benchmarks;

import java.nio.file.Path;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/** The sums of {@link PlainWindows} as three queries over a table of the file. */
final class FlinkSql {

    private FlinkSql() {}

    static Sums.Output run(Path observations) throws Exception {
        Sums.reset();
        // Several subtasks would read minutes apart, and what is behind the watermark is lost.
        StreamExecutionEnvironment environment = Cluster.environment(1, new Configuration());
        environment.getConfig().enableObjectReuse();
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        tables.executeSql("""
                CREATE TEMPORARY TABLE observations (
                  `time` TIMESTAMP_LTZ(3),
                  `exchange` STRING,
                  `base` STRING,
                  `contract_count` DECIMAL(30, 3),
                  WATERMARK FOR `time` AS `time` - INTERVAL '21' SECOND
                ) WITH (
                  'connector' = 'filesystem',
                  'path' = '%s',
                  'format' = 'json',
                  'json.timestamp-format.standard' = 'ISO-8601'
                )""".formatted(observations.toUri()));
        for (String key : new String[] {"`exchange` || '-' || `base`", "`base`", "`exchange`"}) {
            tables.toDataStream(tables.sqlQuery("""
                            SELECT %1$s, window_start, SUM(1000 * `contract_count`)
                            FROM TUMBLE(TABLE observations, DESCRIPTOR(`time`), INTERVAL '1' MINUTE)
                            GROUP BY %1$s, window_start, window_end""".formatted(key)))
                    .map(new Write())
                    .sinkTo(new DiscardingSink<>());
        }
        Cluster.execute(environment);
        return Sums.counted();
    }

    private static final class Write implements MapFunction<Row, String> {

        private static final long serialVersionUID = 1;

        @Override
        public String map(Row row) {
            Sums.count(((Number) row.getField(2)).longValue());
            return "{\"key\":\"" + row.getField(0) + "\",\"time\":\"" + row.getField(1) + "\",\"thousandths\":"
                    + row.getField(2) + "}";
        }
    }
}
