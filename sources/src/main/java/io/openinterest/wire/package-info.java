/** The form of records between operators. */
package io.openinterest.wire;
