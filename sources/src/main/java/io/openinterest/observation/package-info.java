/** The observation, the one record everything is made of, and its JSON form. */
package io.openinterest.observation;
