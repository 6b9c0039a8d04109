package io.openinterest.simulator;

import io.openinterest.observation.AssetClass;

/**
 * Something traded in the simulated world.
 *
 * @param code upper-case code as most venues write it
 * @param assetClass what it is
 * @param price USD price around which it moves; strikes stand on a grid around it
 * @param openInterest one-sided open interest of all exchanges together, in units of the asset
 */
record Asset(String code, AssetClass assetClass, double price, double openInterest) {}
