/** The records of the topics, kept as Parquet. No Hadoop is on the class path: files, codec and configuration are given. */
package io.openinterest.job.export;
