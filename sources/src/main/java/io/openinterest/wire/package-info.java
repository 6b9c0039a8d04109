/** How records travel between operators. */
package io.openinterest.wire;
