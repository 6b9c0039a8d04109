package io.openinterest.cluster;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Observations of perpetuals of coins {@code c0}, {@code c1}, ... on one exchange: each market once a minute, without a
 * gap, from a quarter of an hour on.
 */
record Recording(int markets, int minutes) {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    void write(Path file) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file)) {
            for (int minute = 0; minute < minutes; minute++) {
                for (int market = 0; market < markets; market++) {
                    writer.write(observation(market, START.plusSeconds(60L * minute + 10), 1000 + market + minute));
                }
            }
        }
    }

    private static String observation(int market, Instant time, int contracts) {
        return """
                {"market":"okx-C%1$d-USDT-SWAP-future","time":"%2$s","exchange":"okx","venue":"okx",\
                "symbol":"C%1$d-USDT-SWAP","asset_class":"crypto","base":"c%1$d","quote":"usdt","margin":"usdt",\
                "type":"perpetual","structure":"linear","expiration":null,"strike":null,"contract_count":%3$d,\
                "contract_size":1,"sides":1,"amount_base":%3$d,"price_usd":2,"price_source":"mark","value_usd":%4$d,\
                "market_value_usd":null,"funding_rate":null,"funding_interval_hours":null,"volume_24h_usd":null,\
                "exchange_time":null,"database_time":"%2$s","delisted":false,"origin":"rest"}
                """.formatted(market, time, contracts, 2 * contracts);
    }
}
