package io.openinterest.venue;

import io.openinterest.observation.AssetClass;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Assets that are no coins, as data: the words by which venues state a class, and the assets that must be told by name where
 * none is stated. Read from {@code conf/asset-classes.yaml} or the copy in the jar. Upper and lower case are alike.
 */
public final class AssetClasses implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final String BUILT_IN = "asset-classes.yaml";

    /** Endings behind the ticker of a stock, of a contract and of a token. */
    private static final String STOCK = "stock";

    private static final String TOKEN = "x";

    /** A shorter name before an X is that of many coins. */
    private static final int MIN_TOLD_BY_NAME = 5;

    private final Map<String, AssetClass> byWord;
    private final Map<String, AssetClass> byAsset;
    private final Set<String> tickers;

    /** Form of the file. */
    private record Tables(
            Map<AssetClass, List<String>> words, Map<AssetClass, List<String>> assets, List<String> tickers) {}

    private AssetClasses(Tables tables) {
        if (tables == null || tables.words == null || tables.assets == null || tables.tickers == null) {
            throw new IllegalArgumentException("words, assets and tickers are needed");
        }
        byWord = inverted(tables.words);
        byAsset = inverted(tables.assets);
        tickers = new HashSet<>();
        byAsset.forEach((asset, assetClass) -> {
            if (assetClass == AssetClass.EQUITY) {
                tickers.add(asset);
            }
        });
        tables.tickers.forEach(ticker -> tickers.add(ticker.toLowerCase(Locale.ROOT)));
    }

    /** The copy in the jar. */
    public static AssetClasses builtIn() {
        return new AssetClasses(ConfFile.builtIn(BUILT_IN, Tables.class));
    }

    /** Reads a file; a key or value that is not allowed is {@link ConfFile.Unusable}. */
    public static AssetClasses read(Path file) throws IOException {
        try {
            return new AssetClasses(ConfFile.read(file, Tables.class));
        } catch (IllegalArgumentException e) {
            throw new ConfFile.Unusable(e.getMessage());
        }
    }

    /** The class a word states, e.g. {@code equity} for {@code xStocks}; empty for a word that is not in the table. */
    public Optional<AssetClass> ofWord(String word) {
        return Optional.ofNullable(byWord.get(word.strip().toLowerCase(Locale.ROOT)));
    }

    /** The class of an asset where nothing states it: the table's, a stock's where its token is named, else crypto. */
    public AssetClass ofAsset(String asset) {
        String lower = asset.toLowerCase(Locale.ROOT);
        AssetClass known = byAsset.get(lower);
        if (known != null) {
            return known;
        }
        boolean isStock = lower.endsWith(STOCK) && lower.length() > STOCK.length()
                || lower.endsWith(TOKEN)
                        && lower.length() >= MIN_TOLD_BY_NAME
                        && byAsset.get(lower.substring(0, lower.length() - 1)) == AssetClass.EQUITY;
        return isStock ? AssetClass.EQUITY : AssetClass.CRYPTO;
    }

    /** True for what is a coin whatever a venue calls it, such as tokenised gold. */
    public boolean isCoin(String asset) {
        return byAsset.get(asset.toLowerCase(Locale.ROOT)) == AssetClass.CRYPTO;
    }

    /** The ticker of what is known to be a stock, as its token or contract is named: AAPLX and AAPLSTOCK are AAPL. */
    public String ticker(String asset) {
        String lower = asset.toLowerCase(Locale.ROOT);
        if (lower.endsWith(STOCK) && lower.length() > STOCK.length()) {
            return asset.substring(0, asset.length() - STOCK.length());
        }
        boolean isToken = lower.endsWith(TOKEN) && tickers.contains(lower.substring(0, lower.length() - 1));
        return isToken && !tickers.contains(lower) ? asset.substring(0, asset.length() - 1) : asset;
    }

    private static Map<String, AssetClass> inverted(Map<AssetClass, List<String>> table) {
        Map<String, AssetClass> inverted = new HashMap<>();
        table.forEach((assetClass, names) -> names.forEach(name -> {
            AssetClass before = inverted.put(name.toLowerCase(Locale.ROOT), assetClass);
            if (before != null && before != assetClass) {
                throw new IllegalArgumentException(name + " is both " + before.text() + " and " + assetClass.text());
            }
        }));
        return inverted;
    }
}
