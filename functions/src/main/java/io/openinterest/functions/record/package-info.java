/** The records of the topics, and what their figures and times are made of. What may be null says so in its type. */
@NullMarked
package io.openinterest.functions.record;

import org.jspecify.annotations.NullMarked;
