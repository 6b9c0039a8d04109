-- Totals, metrics and markets as tables of ClickHouse. Read with FINAL, a table has the newest revision of each record and none that was
-- withdrawn: SELECT ... FROM totals FINAL WHERE ...
-- The columns are typed in the tables that read the topics already: what reads JSON by functions makes doubles of figures.

-- Open interest of an entity at a boundary: level total, asset, exchange, exchange-asset, pair.
CREATE TABLE totals (
  `level` LowCardinality(String),
  `id` String,
  `exchange` Nullable(String),
  `asset` Nullable(String),
  `pair` Nullable(String),
  `interval` LowCardinality(String),
  `time` DateTime64(3, 'UTC'),
  `value_usd` Nullable(Decimal(38, 6)),
  `amount_base` Nullable(Decimal(38, 18)),
  `open_usd` Nullable(Decimal(38, 6)),
  `high_usd` Nullable(Decimal(38, 6)),
  `low_usd` Nullable(Decimal(38, 6)),
  `mean_usd` Nullable(Decimal(38, 6)),
  `by_type` Tuple(`perpetual` Nullable(Decimal(38, 6)), `future` Nullable(Decimal(38, 6)), `call` Nullable(Decimal(38, 6)), `put` Nullable(Decimal(38, 6))),
  `by_margin` Tuple(`coin` Nullable(Decimal(38, 6)), `usdt` Nullable(Decimal(38, 6)), `usdc` Nullable(Decimal(38, 6)), `usd` Nullable(Decimal(38, 6)), `other` Nullable(Decimal(38, 6))),
  `reported` Tuple(`open_interest_reported_future_usd` Nullable(Decimal(38, 6)), `open_interest_reported_future_perpetual_usd` Nullable(Decimal(38, 6)), `open_interest_reported_future_nonperpetual_usd` Nullable(Decimal(38, 6)), `open_interest_reported_future_tether_margined_usd` Nullable(Decimal(38, 6)), `open_interest_reported_future_coin_margined_usd` Nullable(Decimal(38, 6)), `open_interest_reported_future_usdc_margined_usd` Nullable(Decimal(38, 6)), `open_interest_reported_future_usd_margined_usd` Nullable(Decimal(38, 6)), `open_interest_reported_future_other_margined_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_market_value_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_call_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_call_market_value_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_put_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_put_market_value_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_tether_margined_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_tether_margined_market_value_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_coin_margined_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_coin_margined_market_value_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_usdc_margined_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_usdc_margined_market_value_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_usd_margined_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_usd_margined_market_value_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_other_margined_notional_usd` Nullable(Decimal(38, 6)), `open_interest_reported_option_other_margined_market_value_usd` Nullable(Decimal(38, 6))),
  `price_usd` Nullable(Decimal(38, 18)),
  `markets` Tuple(`included` Nullable(Int64), `carried` Nullable(Int64), `stale` Nullable(Int64), `gone` Nullable(Int64), `changed` Nullable(Int64)),
  `unchanged_minutes` Nullable(Int64),
  `exchanges` Nullable(Int64),
  `coverage` Nullable(Decimal(38, 18)),
  `max_age_ms` Nullable(Int64),
  `change` Tuple(`total_usd` Nullable(Decimal(38, 6)), `quantity_usd` Nullable(Decimal(38, 6)), `price_usd` Nullable(Decimal(38, 6)), `entries_usd` Nullable(Decimal(38, 6)), `exits_usd` Nullable(Decimal(38, 6)), `coverage_usd` Nullable(Decimal(38, 6)), `restatement_usd` Nullable(Decimal(38, 6))),
  `revision` UInt32,
  `final_at` Nullable(DateTime64(3, 'UTC')),
  `withdrawn` UInt8
) ENGINE = ReplacingMergeTree(revision, withdrawn)
PARTITION BY toYYYYMM(time)
ORDER BY (level, id, interval, time);
CREATE TABLE totals_topic AS totals ENGINE = Kafka
SETTINGS kafka_broker_list = 'localhost:9092', kafka_group_name = 'clickhouse-totals', kafka_format = 'JSONEachRow',
  date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1,
  kafka_topic_list = 'open-interest.total.1m,open-interest.total.5m,open-interest.total.15m,open-interest.asset.1m,open-interest.asset.5m,open-interest.asset.15m,open-interest.exchange.1m,open-interest.exchange.5m,open-interest.exchange.15m,open-interest.exchange-asset.1m,open-interest.exchange-asset.5m,open-interest.exchange-asset.15m,open-interest.pair.1m,open-interest.pair.5m,open-interest.pair.15m';
CREATE MATERIALIZED VIEW totals_reader TO totals AS SELECT * FROM totals_topic;

-- What is derived from them: changes, statistics, shares, regime.
CREATE TABLE metrics (
  `level` LowCardinality(String),
  `id` String,
  `interval` LowCardinality(String),
  `time` DateTime64(3, 'UTC'),
  `value_usd` Nullable(Decimal(38, 6)),
  `coverage` Nullable(Decimal(38, 18)),
  `change_usd` Tuple(`5m` Nullable(Decimal(38, 6)), `15m` Nullable(Decimal(38, 6)), `1h` Nullable(Decimal(38, 6)), `4h` Nullable(Decimal(38, 6)), `24h` Nullable(Decimal(38, 6))),
  `change_pct` Tuple(`5m` Nullable(Decimal(38, 18)), `15m` Nullable(Decimal(38, 18)), `1h` Nullable(Decimal(38, 18)), `4h` Nullable(Decimal(38, 18)), `24h` Nullable(Decimal(38, 18))),
  `quantity_change_usd` Tuple(`5m` Nullable(Decimal(38, 6)), `15m` Nullable(Decimal(38, 6)), `1h` Nullable(Decimal(38, 6)), `4h` Nullable(Decimal(38, 6)), `24h` Nullable(Decimal(38, 6))),
  `quantity_change_pct` Tuple(`5m` Nullable(Decimal(38, 18)), `15m` Nullable(Decimal(38, 18)), `1h` Nullable(Decimal(38, 18)), `4h` Nullable(Decimal(38, 18)), `24h` Nullable(Decimal(38, 18))),
  `price_effect_usd` Tuple(`5m` Nullable(Decimal(38, 6)), `15m` Nullable(Decimal(38, 6)), `1h` Nullable(Decimal(38, 6)), `4h` Nullable(Decimal(38, 6)), `24h` Nullable(Decimal(38, 6))),
  `velocity_usd_per_min` Nullable(Decimal(38, 18)),
  `acceleration_usd_per_min2` Nullable(Decimal(38, 18)),
  `return` Nullable(Decimal(38, 18)),
  `zscore` Nullable(Decimal(38, 18)),
  `robust_zscore` Nullable(Decimal(38, 18)),
  `ewma_volatility` Nullable(Decimal(38, 18)),
  `percentile_24h` Nullable(Decimal(38, 18)),
  `new_high_24h` Nullable(Bool),
  `new_low_24h` Nullable(Bool),
  `share_of_total` Nullable(Decimal(38, 18)),
  `share_of_asset` Nullable(Decimal(38, 18)),
  `share_of_exchange` Nullable(Decimal(38, 18)),
  `hhi` Nullable(Decimal(38, 18)),
  `effective_count` Nullable(Decimal(38, 18)),
  `leader` Nullable(String),
  `leader_share` Nullable(Decimal(38, 18)),
  `leader_changed` Nullable(Bool),
  `perpetual_share` Nullable(Decimal(38, 18)),
  `option_share` Nullable(Decimal(38, 18)),
  `coin_margin_share` Nullable(Decimal(38, 18)),
  `put_call_ratio` Nullable(Decimal(38, 18)),
  `options_to_futures` Nullable(Decimal(38, 18)),
  `price_usd` Nullable(Decimal(38, 18)),
  `price_change_pct` Tuple(`5m` Nullable(Decimal(38, 18)), `15m` Nullable(Decimal(38, 18)), `1h` Nullable(Decimal(38, 18)), `4h` Nullable(Decimal(38, 18)), `24h` Nullable(Decimal(38, 18))),
  `regime` Nullable(String),
  `funding_rate_8h` Nullable(Decimal(38, 18)),
  `volume_ratio` Nullable(Decimal(38, 18)),
  `revision` UInt32,
  `final_at` Nullable(DateTime64(3, 'UTC')),
  `withdrawn` UInt8
) ENGINE = ReplacingMergeTree(revision, withdrawn)
PARTITION BY toYYYYMM(time)
ORDER BY (level, id, interval, time);
CREATE TABLE metrics_topic AS metrics ENGINE = Kafka
SETTINGS kafka_broker_list = 'localhost:9092', kafka_group_name = 'clickhouse-metrics', kafka_format = 'JSONEachRow',
  date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1,
  kafka_topic_list = 'open-interest.metrics.1m,open-interest.metrics.5m,open-interest.metrics.15m';
CREATE MATERIALIZED VIEW metrics_reader TO metrics AS SELECT * FROM metrics_topic;

-- A market at a boundary.
CREATE TABLE markets (
  `market` String,
  `exchange` Nullable(String),
  `venue` Nullable(String),
  `symbol` Nullable(String),
  `asset_class` Nullable(String),
  `base` Nullable(String),
  `quote` Nullable(String),
  `margin` Nullable(String),
  `type` Nullable(String),
  `structure` Nullable(String),
  `expiration` Nullable(DateTime64(3, 'UTC')),
  `strike` Nullable(Decimal(38, 18)),
  `interval` LowCardinality(String),
  `time` DateTime64(3, 'UTC'),
  `contract_count` Nullable(Decimal(38, 18)),
  `amount_base` Nullable(Decimal(38, 18)),
  `price_usd` Nullable(Decimal(38, 18)),
  `value_usd` Nullable(Decimal(38, 6)),
  `market_value_usd` Nullable(Decimal(38, 6)),
  `open_usd` Nullable(Decimal(38, 6)),
  `high_usd` Nullable(Decimal(38, 6)),
  `low_usd` Nullable(Decimal(38, 6)),
  `mean_usd` Nullable(Decimal(38, 6)),
  `observed_at` Nullable(DateTime64(3, 'UTC')),
  `age_ms` Nullable(Int64),
  `carried` Nullable(Bool),
  `observations` Nullable(Int64),
  `change` Tuple(`total_usd` Nullable(Decimal(38, 6)), `quantity_usd` Nullable(Decimal(38, 6)), `price_usd` Nullable(Decimal(38, 6)), `entries_usd` Nullable(Decimal(38, 6)), `exits_usd` Nullable(Decimal(38, 6)), `coverage_usd` Nullable(Decimal(38, 6)), `restatement_usd` Nullable(Decimal(38, 6))),
  `revision` UInt32,
  `final_at` Nullable(DateTime64(3, 'UTC')),
  `withdrawn` UInt8
) ENGINE = ReplacingMergeTree(revision, withdrawn)
PARTITION BY toYYYYMM(time)
ORDER BY (market, interval, time);
CREATE TABLE markets_topic AS markets ENGINE = Kafka
SETTINGS kafka_broker_list = 'localhost:9092', kafka_group_name = 'clickhouse-markets', kafka_format = 'JSONEachRow',
  date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1,
  kafka_topic_list = 'open-interest.market.1m,open-interest.market.5m,open-interest.market.15m';
CREATE MATERIALIZED VIEW markets_reader TO markets AS SELECT * FROM markets_topic;
