package io.openinterest.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.openinterest.observation.AssetClass;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Bitfinex derivatives: one array a pair, figures told by their place. Tether pairs, a bitcoin pair and a paper pair; an
 * unknown key is answered with an empty list.
 */
final class SimulatedBitfinex implements SimulatedVenue {

    private static final int REQUESTS = 90;
    private static final Duration STATUS_GRID = Duration.ofSeconds(3);

    private final World world;
    private final Allowance allowance;

    SimulatedBitfinex(World world) {
        this.world = world;
        this.allowance = new Allowance(world, REQUESTS, Duration.ofMinutes(1));
    }

    @Override
    public List<String> ids() {
        return List.of("bitfinex");
    }

    @Override
    public SimReply answer(SimRequest request) {
        if (allowance.spend(1) > allowance.limit()) {
            return SimReply.json(429, Payload.object().put("error", "ERR_RATE_LIMIT"));
        }
        return switch (request.path()) {
            case "/v2/conf/pub:list:pair:futures" -> pairs();
            case "/v2/status/deriv" -> status(request.parameter("keys"));
            default -> SimReply.json(404, error(10020, "path: invalid"));
        };
    }

    private List<Contract> contracts() {
        List<Contract> contracts = new ArrayList<>();
        for (Asset asset : world.assets()) {
            if (asset.assetClass() == AssetClass.CRYPTO) {
                contracts.add(world.perpetual("bitfinex", asset, "t" + asset.code() + "F0:USTF0", 0.005));
            }
        }
        contracts.add(world.perpetual("bitfinex", world.asset("ETH"), "tETHF0:BTCF0", 0.0005));
        return contracts;
    }

    /** [["BTCF0:USTF0","ETHF0:BTCF0","TESTBTCF0:TESTUSDTF0"]] */
    private SimReply pairs() {
        ArrayNode pairs = Payload.array();
        contracts().forEach(contract -> pairs.add(contract.symbol().substring(1)));
        pairs.add("TESTBTCF0:TESTUSDTF0");
        return SimReply.json(Payload.array().add(pairs));
    }

    /**
     * [["tBTCF0:USTF0",1787857387000,null,80180.3,80132.5,null,64043539.2859323,null,1787875200000,0.00021483,3507,null,
     * 0.00015,null,null,80135.875,null,null,8806.24112386,null,null,null,0.0005,0.0025]]
     */
    private SimReply status(String keys) {
        ArrayNode rows = Payload.array();
        for (Contract contract : contracts()) {
            if ("ALL".equals(keys) || contract.symbol().equals(keys)) {
                rows.add(row(contract));
            }
        }
        return SimReply.json(rows);
    }

    private ArrayNode row(Contract contract) {
        Instant now =
                Instant.ofEpochMilli(world.now().toEpochMilli() / STATUS_GRID.toMillis() * STATUS_GRID.toMillis());
        double unit = contract.symbol().endsWith("BTCF0") ? bitcoin(now) : 1;
        ArrayNode row = Payload.array().add(contract.symbol()).add(now.toEpochMilli());
        row.addNull();
        row.add(Payload.number(contract.mark(now) / unit, 8));
        row.add(Payload.number(contract.index(now) / unit, 8));
        row.addNull().add(Payload.number(64_043_539.2859323, 7)).addNull();
        row.add(now.plus(Duration.ofHours(4)).toEpochMilli())
                .add(Payload.number(0, 8))
                .add(3507)
                .addNull();
        row.add(Payload.number(contract.fundingRate(now), 8)).addNull().addNull();
        row.add(Payload.number(contract.mark(now) / unit, 8)).addNull().addNull();
        row.add(Payload.number(contract.openInterest(now), 8))
                .addNull()
                .addNull()
                .addNull();
        return row.add(Payload.number(0.0005, 4)).add(Payload.number(0.0025, 4));
    }

    private double bitcoin(Instant at) {
        return world.perpetual("bitfinex", world.asset("BTC"), "tBTCF0:USTF0", 0.005)
                .mark(at);
    }

    private static ArrayNode error(int code, String message) {
        return Payload.array().add("error").add(code).add(message);
    }
}
