package io.openinterest.venue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openinterest.observation.AssetClass;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssetClassesTest {

    private static final AssetClasses CLASSES = AssetClasses.builtIn();

    @ParameterizedTest
    @CsvSource({
        "EUR, FX",
        "EURUSD, FX",
        "XAU, COMMODITY",
        "WTIOIL, COMMODITY",
        "JP225, INDEX",
        "AAPL, EQUITY",
        "AAPLX, EQUITY",
        "AALSTOCK, EQUITY",
        "BTC, CRYPTO",
        "XAUT, CRYPTO",
        "PAXG, CRYPTO",
        "SPX, CRYPTO",
        "OPENX, CRYPTO",
        "CVX, CRYPTO",
        "MUX, CRYPTO",
        "STX, CRYPTO",
    })
    void tellsTheClassOfAName(String asset, AssetClass expected) {
        assertThat(CLASSES.ofAsset(asset)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"AAPLX, AAPL", "KOX, KO", "QNTSTOCK, QNT", "NFLX, NFLX", "CVX, CVX", "RTX, RTX", "TSLA, TSLA"})
    void knowsTheTickerOfAStock(String asset, String ticker) {
        assertThat(CLASSES.ticker(asset)).isEqualTo(ticker);
    }

    @ParameterizedTest
    @CsvSource({
        "xStocks, EQUITY",
        "etf, EQUITY",
        "Pre-IPO, EQUITY",
        "Forex, FX",
        "metals, COMMODITY",
        "indices, INDEX",
        "innovation, CRYPTO"
    })
    void readsAStatedWord(String word, AssetClass expected) {
        assertThat(CLASSES.ofWord(word)).contains(expected);
    }

    @Test
    void knowsNoWordThatIsNotInTheTable() {
        assertThat(CLASSES.ofWord("quantum")).isEmpty();
    }

    @Test
    void refusesATableThatContradictsItself(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(
                folder.resolve("asset-classes.yaml"),
                "words: {crypto: [coin]}\nassets: {fx: [EUR], commodity: [eur]}\ntickers: []\n");
        assertThatThrownBy(() -> AssetClasses.read(file)).hasMessageContaining("eur is both");

        Files.writeString(file, "words: {coin: [coin]}\nassets: {}\ntickers: []\n");
        assertThatThrownBy(() -> AssetClasses.read(file)).hasMessageContaining("coin");

        Files.writeString(file, "");
        assertThatThrownBy(() -> AssetClasses.read(file)).isInstanceOf(java.io.IOException.class);
    }
}
