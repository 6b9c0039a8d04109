-- A topic as a ksqlDB stream and table; the other totals have the same columns. The table has the newest revision of each
-- record and none that was withdrawn: within a key, revisions come in their order. A key of two columns needs a format
-- with names, so key_format.
SET 'auto.offset.reset' = 'earliest';
SET 'isolation.level' = 'read_committed';

-- Open interest of an entity at a boundary: level total, asset, exchange, exchange-asset, pair.
CREATE STREAM asset_1m_records (
  record_key VARCHAR KEY,
  `level` VARCHAR,
  `id` VARCHAR,
  `exchange` VARCHAR,
  `asset` VARCHAR,
  `pair` VARCHAR,
  `interval` VARCHAR,
  `time` VARCHAR,
  `value_usd` DECIMAL(38, 6),
  `amount_base` DECIMAL(38, 18),
  `open_usd` DECIMAL(38, 6),
  `high_usd` DECIMAL(38, 6),
  `low_usd` DECIMAL(38, 6),
  `mean_usd` DECIMAL(38, 6),
  `by_type` STRUCT<`perpetual` DECIMAL(38, 6), `future` DECIMAL(38, 6), `call` DECIMAL(38, 6), `put` DECIMAL(38, 6)>,
  `by_margin` STRUCT<`coin` DECIMAL(38, 6), `usdt` DECIMAL(38, 6), `usdc` DECIMAL(38, 6), `usd` DECIMAL(38, 6), `other` DECIMAL(38, 6)>,
  `reported` STRUCT<`open_interest_reported_future_usd` DECIMAL(38, 6), `open_interest_reported_future_perpetual_usd` DECIMAL(38, 6), `open_interest_reported_future_nonperpetual_usd` DECIMAL(38, 6), `open_interest_reported_future_tether_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_coin_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_usdc_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_usd_margined_usd` DECIMAL(38, 6), `open_interest_reported_future_other_margined_usd` DECIMAL(38, 6), `open_interest_reported_option_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_call_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_call_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_put_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_put_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_tether_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_tether_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_coin_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_coin_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_usdc_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_usdc_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_usd_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_usd_margined_market_value_usd` DECIMAL(38, 6), `open_interest_reported_option_other_margined_notional_usd` DECIMAL(38, 6), `open_interest_reported_option_other_margined_market_value_usd` DECIMAL(38, 6)>,
  `price_usd` DECIMAL(38, 18),
  `markets` STRUCT<`included` BIGINT, `carried` BIGINT, `stale` BIGINT, `gone` BIGINT, `changed` BIGINT>,
  `unchanged_minutes` BIGINT,
  `exchanges` BIGINT,
  `coverage` DECIMAL(38, 18),
  `max_age_ms` BIGINT,
  `change` STRUCT<`total_usd` DECIMAL(38, 6), `quantity_usd` DECIMAL(38, 6), `price_usd` DECIMAL(38, 6), `entries_usd` DECIMAL(38, 6), `exits_usd` DECIMAL(38, 6), `coverage_usd` DECIMAL(38, 6), `restatement_usd` DECIMAL(38, 6)>,
  `revision` BIGINT,
  `final_at` VARCHAR,
  `withdrawn` BOOLEAN
) WITH (kafka_topic = 'open-interest.asset.1m', value_format = 'JSON');
CREATE TABLE asset_1m WITH (key_format = 'JSON') AS
SELECT
  record_key,
  `time`,
  LATEST_BY_OFFSET(`revision`, false) AS revision,
  LATEST_BY_OFFSET(`value_usd`, false) AS value_usd,
  LATEST_BY_OFFSET(`coverage`, false) AS coverage,
  LATEST_BY_OFFSET(`change`->`quantity_usd`, false) AS quantity_usd,
  LATEST_BY_OFFSET(`change`->`price_usd`, false) AS price_effect_usd
FROM asset_1m_records
GROUP BY record_key, `time`
HAVING COALESCE(LATEST_BY_OFFSET(`withdrawn`, false), false) = false
EMIT CHANGES;
