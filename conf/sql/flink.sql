-- Totals, metrics and markets as tables of Flink SQL. A table ending in _records has every revision; the view without it has the newest
-- revision of each record and none that was withdrawn. USD have 6 decimals, other figures 18.
-- Needs flink-sql-connector-kafka and flink-json in lib/. Questions: questions.sql.
-- For a stream that goes on, leave out scan.bounded.mode.

-- Open interest of an entity at a boundary: level total, asset, exchange, exchange-asset, pair.
CREATE TEMPORARY TABLE totals_records (
  `level` STRING,
  `id` STRING,
  `exchange` STRING,
  `asset` STRING,
  `pair` STRING,
  `interval` STRING,
  `time` TIMESTAMP_LTZ(3),
  `value_usd` DECIMAL(38, 6),
  `amount_base` DECIMAL(38, 18),
  `open_usd` DECIMAL(38, 6),
  `high_usd` DECIMAL(38, 6),
  `low_usd` DECIMAL(38, 6),
  `mean_usd` DECIMAL(38, 6),
  `by_type` ROW<`perpetual` DECIMAL(38, 6), `future` DECIMAL(38, 6), `call` DECIMAL(38, 6), `put` DECIMAL(38, 6)>,
  `by_margin` ROW<`coin` DECIMAL(38, 6), `usdt` DECIMAL(38, 6), `usdc` DECIMAL(38, 6), `usd` DECIMAL(38, 6), `other` DECIMAL(38, 6)>,
  `reported` ROW<`open_interest_reported_future_usd` DECIMAL(38, 6), `open_interest_reported_future_perpetual_usd` DECIMAL(38, 6), `open_interest_reported_future_nonperpetual_usd` DECIMAL(38, 6), `open_interest_reported_future_tether_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_coin_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_usdc_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_usd_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_other_margined_usd` DECIMAL(38, 6), `open_interest_reported_option_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_call_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_call_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_put_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_put_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_tether_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_tether_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_coin_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_coin_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_usdc_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_usdc_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_usd_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_usd_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_other_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_other_margined_market_value_usd` DECIMAL(38, 6)>,
  `price_usd` DECIMAL(38, 18),
  `markets` ROW<`included` BIGINT, `carried` BIGINT, `stale` BIGINT, `gone` BIGINT, `changed` BIGINT>,
  `unchanged_minutes` BIGINT,
  `exchanges` BIGINT,
  `coverage` DECIMAL(38, 18),
  `max_age_ms` BIGINT,
  `change` ROW<`total_usd` DECIMAL(38, 6), `quantity_usd` DECIMAL(38, 6), `price_usd` DECIMAL(38, 6), `entries_usd` DECIMAL(38, 6), `exits_usd` DECIMAL(38, 6), `coverage_usd` DECIMAL(38, 6), `restatement_usd` DECIMAL(38, 6)>,
  `revision` BIGINT,
  `final_at` TIMESTAMP_LTZ(3),
  `withdrawn` BOOLEAN
) WITH (
  'connector' = 'kafka',
  'topic-pattern' = 'open-interest\.(total|asset|exchange|exchange-asset|pair)\..*',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);
CREATE TEMPORARY VIEW totals AS
SELECT `level`, `id`, `exchange`, `asset`, `pair`, `interval`, `time`, `value_usd`, `amount_base`, `open_usd`, `high_usd`, `low_usd`, `mean_usd`, `by_type`, `by_margin`, `reported`, `price_usd`, `markets`, `unchanged_minutes`, `exchanges`, `coverage`, `max_age_ms`, `change`, `revision`, `final_at`
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY `level`, `id`, `interval`, `time` ORDER BY revision DESC) AS newest
  FROM totals_records
)
WHERE newest = 1 AND withdrawn IS NULL;

-- What is derived from them: changes, statistics, shares, regime.
CREATE TEMPORARY TABLE metrics_records (
  `level` STRING,
  `id` STRING,
  `interval` STRING,
  `time` TIMESTAMP_LTZ(3),
  `value_usd` DECIMAL(38, 6),
  `coverage` DECIMAL(38, 18),
  `change_usd` ROW<`5m` DECIMAL(38, 6), `15m` DECIMAL(38, 6), `1h` DECIMAL(38, 6), `4h` DECIMAL(38, 6), `24h` DECIMAL(38, 6)>,
  `change_pct` ROW<`5m` DECIMAL(38, 18), `15m` DECIMAL(38, 18), `1h` DECIMAL(38, 18), `4h` DECIMAL(38, 18), `24h` DECIMAL(38, 18)>,
  `quantity_change_usd` ROW<`5m` DECIMAL(38, 6), `15m` DECIMAL(38, 6), `1h` DECIMAL(38, 6), `4h` DECIMAL(38, 6), `24h` DECIMAL(38, 6)>,
  `quantity_change_pct` ROW<`5m` DECIMAL(38, 18), `15m` DECIMAL(38, 18), `1h` DECIMAL(38, 18), `4h` DECIMAL(38, 18), `24h` DECIMAL(38, 18)>,
  `price_effect_usd` ROW<`5m` DECIMAL(38, 6), `15m` DECIMAL(38, 6), `1h` DECIMAL(38, 6), `4h` DECIMAL(38, 6), `24h` DECIMAL(38, 6)>,
  `velocity_usd_per_min` DECIMAL(38, 18),
  `acceleration_usd_per_min2` DECIMAL(38, 18),
  `return` DECIMAL(38, 18),
  `zscore` DECIMAL(38, 18),
  `robust_zscore` DECIMAL(38, 18),
  `ewma_volatility` DECIMAL(38, 18),
  `percentile_24h` DECIMAL(38, 18),
  `new_high_24h` BOOLEAN,
  `new_low_24h` BOOLEAN,
  `share_of_total` DECIMAL(38, 18),
  `share_of_asset` DECIMAL(38, 18),
  `share_of_exchange` DECIMAL(38, 18),
  `hhi` DECIMAL(38, 18),
  `effective_count` DECIMAL(38, 18),
  `leader` STRING,
  `leader_share` DECIMAL(38, 18),
  `leader_changed` BOOLEAN,
  `perpetual_share` DECIMAL(38, 18),
  `option_share` DECIMAL(38, 18),
  `coin_margin_share` DECIMAL(38, 18),
  `put_call_ratio` DECIMAL(38, 18),
  `options_to_futures` DECIMAL(38, 18),
  `price_usd` DECIMAL(38, 18),
  `price_change_pct` ROW<`5m` DECIMAL(38, 18), `15m` DECIMAL(38, 18), `1h` DECIMAL(38, 18), `4h` DECIMAL(38, 18), `24h` DECIMAL(38, 18)>,
  `regime` STRING,
  `funding_rate_8h` DECIMAL(38, 18),
  `volume_ratio` DECIMAL(38, 18),
  `revision` BIGINT,
  `final_at` TIMESTAMP_LTZ(3),
  `withdrawn` BOOLEAN
) WITH (
  'connector' = 'kafka',
  'topic-pattern' = 'open-interest\.metrics\..*',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);
CREATE TEMPORARY VIEW metrics AS
SELECT `level`, `id`, `interval`, `time`, `value_usd`, `coverage`, `change_usd`, `change_pct`, `quantity_change_usd`, `quantity_change_pct`, `price_effect_usd`, `velocity_usd_per_min`, `acceleration_usd_per_min2`, `return`, `zscore`, `robust_zscore`, `ewma_volatility`, `percentile_24h`, `new_high_24h`, `new_low_24h`, `share_of_total`, `share_of_asset`, `share_of_exchange`, `hhi`, `effective_count`, `leader`, `leader_share`, `leader_changed`, `perpetual_share`, `option_share`, `coin_margin_share`, `put_call_ratio`, `options_to_futures`, `price_usd`, `price_change_pct`, `regime`, `funding_rate_8h`, `volume_ratio`, `revision`, `final_at`
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY `level`, `id`, `interval`, `time` ORDER BY revision DESC) AS newest
  FROM metrics_records
)
WHERE newest = 1 AND withdrawn IS NULL;

-- A market at a boundary.
CREATE TEMPORARY TABLE markets_records (
  `market` STRING,
  `exchange` STRING,
  `venue` STRING,
  `symbol` STRING,
  `asset_class` STRING,
  `base` STRING,
  `quote` STRING,
  `margin` STRING,
  `type` STRING,
  `structure` STRING,
  `expiration` TIMESTAMP_LTZ(3),
  `strike` DECIMAL(38, 18),
  `interval` STRING,
  `time` TIMESTAMP_LTZ(3),
  `contract_count` DECIMAL(38, 18),
  `amount_base` DECIMAL(38, 18),
  `price_usd` DECIMAL(38, 18),
  `value_usd` DECIMAL(38, 6),
  `market_value_usd` DECIMAL(38, 6),
  `open_usd` DECIMAL(38, 6),
  `high_usd` DECIMAL(38, 6),
  `low_usd` DECIMAL(38, 6),
  `mean_usd` DECIMAL(38, 6),
  `observed_at` TIMESTAMP_LTZ(3),
  `age_ms` BIGINT,
  `carried` BOOLEAN,
  `observations` BIGINT,
  `change` ROW<`total_usd` DECIMAL(38, 6), `quantity_usd` DECIMAL(38, 6), `price_usd` DECIMAL(38, 6), `entries_usd` DECIMAL(38, 6), `exits_usd` DECIMAL(38, 6), `coverage_usd` DECIMAL(38, 6), `restatement_usd` DECIMAL(38, 6)>,
  `revision` BIGINT,
  `final_at` TIMESTAMP_LTZ(3),
  `withdrawn` BOOLEAN
) WITH (
  'connector' = 'kafka',
  'topic-pattern' = 'open-interest\.market\..*',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.bounded.mode' = 'latest-offset',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);
CREATE TEMPORARY VIEW markets AS
SELECT `market`, `exchange`, `venue`, `symbol`, `asset_class`, `base`, `quote`, `margin`, `type`, `structure`, `expiration`, `strike`, `interval`, `time`, `contract_count`, `amount_base`, `price_usd`, `value_usd`, `market_value_usd`, `open_usd`, `high_usd`, `low_usd`, `mean_usd`, `observed_at`, `age_ms`, `carried`, `observations`, `change`, `revision`, `final_at`
FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY `market`, `interval`, `time` ORDER BY revision DESC) AS newest
  FROM markets_records
)
WHERE newest = 1 AND withdrawn IS NULL;
