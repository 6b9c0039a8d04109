package io.openinterest.job.config;

import java.io.IOException;
import java.net.URI;
import java.util.UUID;
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

    /**
     * Where it is. An address that names no file system is on the one that Flink's {@code fs.default-scheme} names, or
     * else on this machine, seen from the folder in which the job is submitted.
     */
    public Path path() {
        Path path = new Path(address);
        if (path.toUri().getScheme() != null) {
            return path;
        }
        URI standard = FileSystem.getDefaultFsUri();
        return standard.getScheme().equals("file")
                ? new Path(java.nio.file.Path.of(address).toAbsolutePath().toUri())
                : new Path(new Path(standard), path);
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
     * @throws ConfigurationException when it can't be made, or nothing be written there
     */
    public void requireWritable() {
        require("a folder that can be written", path -> {
            FileSystem files = path.getFileSystem();
            Path trial = new Path(path, ".trial-" + UUID.randomUUID());
            files.mkdirs(path);
            files.create(trial, FileSystem.WriteMode.NO_OVERWRITE).close();
            return files.delete(trial, false);
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
