package io.openinterest.venue;

import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Products that no venue lists as a whole. Read from {@code conf/products.yaml} or the copy in the jar.
 *
 * @param asked by venue id, the coins or families that are asked for from the start
 * @param cme by product code of CME, what one contract is
 */
public record Products(Map<String, List<String>> asked, Map<String, Contract> cme) implements Serializable {

    private static final String BUILT_IN = "products.yaml";

    /**
     * One contract.
     *
     * @param base its coin
     * @param size in coins, above 0
     */
    public record Contract(String base, BigDecimal size) implements Serializable {

        public Contract {
            if (base == null || size == null || size.signum() <= 0) {
                throw new IllegalArgumentException("a product of CME needs base and a size above 0");
            }
        }
    }

    public Products {
        asked = asked == null ? Map.of() : Map.copyOf(asked);
        cme = cme == null ? Map.of() : Map.copyOf(cme);
    }

    /** The copy in the jar. */
    public static Products builtIn() {
        return ConfFile.builtIn(BUILT_IN, Products.class);
    }

    /** Reads a file; a key or value that is not allowed is {@link ConfFile.Unusable}. */
    public static Products read(Path file) throws IOException {
        return ConfFile.read(file, Products.class);
    }

    /** Products a venue is asked for from the start; empty where nothing stands here. */
    public List<String> askedOf(String venue) {
        return asked.getOrDefault(venue, List.of());
    }

    /** A product of CME; null where it is not known. */
    public @Nullable Contract ofCme(String code) {
        return cme.get(code);
    }
}
