/** The job: command line, configuration, the graph, the topics. */
package io.openinterest.job;
