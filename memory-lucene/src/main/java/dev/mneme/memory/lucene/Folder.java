package dev.mneme.memory.lucene;

import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.EmbedderMismatchException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * The folder of a store, what must be true of it to be opened, and how its failures are told.
 *
 * @param path the folder itself; the Lucene index is in {@code index}, the journal in {@code journal}
 * @param embedder the fingerprint of the embedder it is opened with
 * @param analyzer the fingerprint of the analyzer it is opened with
 */
record Folder(Path path, String embedder, String analyzer) {

    private static final String FORMAT = "mneme.format";
    private static final String EMBEDDER = "mneme.embedder";
    private static final String ANALYZER = "mneme.analyzer";
    private static final String JOURNAL = "mneme.journal";
    private static final String CURRENT_FORMAT = "1";

    Path index() {
        return path.resolve("index");
    }

    Path journal() {
        return path.resolve("journal");
    }

    /** The sizes of all files; one that goes meanwhile counts nothing. */
    long bytes() throws IOException {
        long bytes = 0;
        for (Path part : List.of(index(), journal())) {
            try (Stream<Path> files = Files.list(part)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    bytes += sizeOf(file);
                }
            }
        }
        return bytes;
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    void create() throws IOException {
        Files.createDirectories(index());
        Files.createDirectories(journal());
    }

    /**
     * Whether there is no store here yet.
     *
     * @throws CorruptIndexException if there was one, and the file that names its parts is gone: opened as it is, Lucene
     *     would take the rest for rubbish and delete it
     */
    boolean isNew(Directory directory) throws IOException {
        if (DirectoryReader.indexExists(directory)) {
            return false;
        }
        for (String file : directory.listAll()) {
            if (!file.equals(IndexWriter.WRITE_LOCK_NAME) && !file.startsWith(IndexFileNames.PENDING_SEGMENTS)) {
                throw new CorruptIndexException("its segments file is gone", file);
            }
        }
        try (Stream<Path> files = Files.list(journal())) {
            if (files.findAny().isPresent()) {
                throw new CorruptIndexException("its index is gone, its journal is there", "journal");
            }
        }
        return true;
    }

    /** What is kept with each commit; {@code journalNumber} is the first file of the journal that is not in it. */
    Map<String, String> commitData(long journalNumber) {
        Map<String, String> data = new HashMap<>();
        data.put(FORMAT, CURRENT_FORMAT);
        data.put(EMBEDDER, embedder);
        data.put(ANALYZER, analyzer);
        data.put(JOURNAL, Long.toString(journalNumber));
        return data;
    }

    /**
     * Checks what was kept with the last commit against what the folder is opened with.
     *
     * @return the number of the first file of the journal that is not in the index
     */
    long checkCommitData(Map<String, String> data) {
        String format = data.get(FORMAT);
        String storedEmbedder = data.getOrDefault(EMBEDDER, "");
        String storedAnalyzer = data.getOrDefault(ANALYZER, "");
        if (format == null) {
            throw new ContextStoreException(
                    "the folder " + path + " holds a Lucene index that is not a context store; choose another folder",
                    null);
        }
        if (!format.equals(CURRENT_FORMAT)) {
            throw new ContextStoreException(
                    "the context store " + path + " has the format " + format + ", this version reads format "
                            + CURRENT_FORMAT + "; open it with the version that wrote it",
                    null);
        }
        if (!storedEmbedder.equals(embedder)) {
            throw new EmbedderMismatchException("the context store " + path, storedEmbedder, embedder);
        }
        if (!storedAnalyzer.equals(analyzer)) {
            throw new ContextStoreException(
                    "the context store " + path + " holds the terms of the analyzer '" + storedAnalyzer
                            + "' and cannot be opened with '" + analyzer
                            + "'; open it with the analyzer it was made with, or fill a new store with the new one",
                    null);
        }
        return Long.parseLong(data.getOrDefault(JOURNAL, "0"));
    }

    /** A failure to open the folder, in words. */
    ContextStoreException unopenable(Exception cause) {
        if (cause instanceof LockObtainFailedException) {
            return new ContextStoreException(
                    "the context store " + path + " is open already, in this process or another; a folder is for one"
                            + " store at a time. Close the other one, or choose another folder",
                    cause);
        }
        if (isDamage(cause)) {
            return damaged(cause);
        }
        return new ContextStoreException(
                "the context store " + path + " could not be opened: " + cause
                        + ". Nothing in it was changed; see to the folder's rights and space, and open it again",
                cause);
    }

    /** A failure to read what is stored, in words. */
    ContextStoreException unreadable(Exception cause) {
        if (isDamage(cause)) {
            return damaged(cause);
        }
        return new ContextStoreException(
                "the context store " + path + " could not be read: " + cause + ". Nothing in it was changed; try again",
                cause);
    }

    /** A failure to write that changed nothing, in words. */
    ContextStoreException unwritable(String effect, IOException cause) {
        return new ContextStoreException(
                "the context store " + path + " could not be written: " + cause.getMessage() + "; " + effect
                        + ". What was acknowledged before is safe; see to the disk's space and try again",
                cause);
    }

    /** A failure after which the store cannot go on, in words. */
    ContextStoreException stopped(String what, Throwable cause) {
        return new ContextStoreException(
                "the context store " + path + " has stopped, because changes " + what + ": " + cause
                        + ". What was acknowledged is safe in its journal; see to the disk, close the store and open it"
                        + " again",
                cause);
    }

    /** As {@link #stopped}, if callers were not made to wait for the disk. */
    ContextStoreException stoppedUnsynced(String what, Throwable cause) {
        return new ContextStoreException(
                "the context store " + path + " has stopped, because changes " + what + ": " + cause
                        + ". What was acknowledged since the last sync may be lost, what was before is safe in its"
                        + " journal; see to the disk, close the store and open it again",
                cause);
    }

    private ContextStoreException damaged(Exception cause) {
        return new ContextStoreException(
                "the context store " + path + " is damaged: " + cause.getMessage()
                        + ". It was left as it is; restore the folder from a copy, or move it away and begin with an"
                        + " empty one. Do not delete single files",
                cause);
    }

    private static boolean isDamage(Exception cause) {
        return cause instanceof CorruptIndexException
                || cause instanceof IndexFormatTooOldException
                || cause instanceof IndexFormatTooNewException
                || cause instanceof IndexNotFoundException
                || cause instanceof EOFException
                || cause instanceof NoSuchFileException;
    }
}
