-- Three questions of a desk, on the views of flink.sql.

-- Where were contracts opened and closed, whatever the prices did? Assets by the contracts of their newest hour.
SELECT id AS asset,
       SUM(`change`.quantity_usd) AS opened_usd,
       SUM(`change`.price_usd) AS price_effect_usd
FROM totals
WHERE `level` = 'asset' AND `interval` = '5m'
  AND `time` > (SELECT MAX(`time`) FROM totals WHERE `interval` = '5m') - INTERVAL '1' HOUR
GROUP BY id
ORDER BY ABS(SUM(`change`.quantity_usd)) DESC, id
LIMIT 10;

-- Who holds bitcoin? Exchanges by their share at the newest boundary, and how much of it is seen.
SELECT exchange,
       value_usd,
       CAST(value_usd / SUM(value_usd) OVER () AS DECIMAL(9, 6)) AS share,
       coverage
FROM totals
WHERE `level` = 'exchange-asset' AND `interval` = '1m' AND asset = 'btc'
  AND `time` = (SELECT MAX(`time`) FROM totals WHERE `level` = 'exchange-asset' AND `interval` = '1m')
ORDER BY value_usd DESC;

-- Why is the whole market where it is? From its first to its newest record: the sum of the reasons is the difference.
SELECT MAX(value_usd) FILTER (WHERE `time` = last_time) - MAX(value_usd) FILTER (WHERE `time` = first_time) AS difference_usd,
       SUM(`change`.quantity_usd) AS opened_usd,
       SUM(`change`.price_usd) AS price_effect_usd,
       SUM(`change`.entries_usd) AS entries_usd,
       SUM(`change`.exits_usd) AS exits_usd,
       SUM(`change`.coverage_usd) AS coverage_usd,
       SUM(`change`.restatement_usd) AS restatement_usd
FROM (
  SELECT *, MIN(`time`) OVER () AS first_time, MAX(`time`) OVER () AS last_time
  FROM totals
  WHERE `level` = 'total' AND `interval` = '1m'
);
