package io.openinterest.job.config;

import java.io.IOException;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder that the user named, on any file system Flink knows.
 *
 * @param key what named it
 * @param address a path, or an address such as {@code s3://bucket/prefix}
 */
public record Folder(String key, String address) {

    private static final Logger LOG = LoggerFactory.getLogger(Folder.class);

    private interface Trial {
        boolean isUsable(Path path) throws IOException;
    }

    /** Where it is: unless the address names a file system, seen from the folder in which the job is submitted. */
    public Path path() {
        Path path = new Path(address);
        return path.toUri().getScheme() != null
                ? path
                : new Path(java.nio.file.Path.of(address).toAbsolutePath().toUri());
    }

    /**
     * Asked before anything starts, because the source would look for it again and again and say nothing.
     *
     * @throws ConfigurationException when there is no such folder
     */
    public void requireReadable() {
        require(
                "a folder that can be read",
                path -> path.getFileSystem().getFileStatus(path).isDir());
    }

    /**
     * Asked before anything starts, because the job would find out again and again. Makes it where there is none.
     *
     * @throws ConfigurationException when it can't be made
     */
    public void requireWritable() {
        require("a folder that can be written", path -> {
            FileSystem files = path.getFileSystem();
            return files.mkdirs(path) && files.getFileStatus(path).isDir();
        });
    }

    private void require(String allowed, Trial trial) {
        try {
            if (trial.isUsable(path())) {
                return;
            }
        } catch (IOException | RuntimeException e) {
            // file systems throw what their clients throw
            LOG.info("{} can't be used", address, e);
        }
        throw new ConfigurationException(key + " is \"" + address + "\", allowed is " + allowed
                + ", or a prefix of an object store that Flink has a plugin for.");
    }
}
