package dev.mneme.memory.lucene;

import dev.mneme.memory.context.ContextStoreException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a change: into the journal on the caller's thread, into the index behind it on a thread of its own.
 *
 * <p>A caller waits for the journal only; until the index has caught up, searches look at the newest records in memory.
 * The index is written by one thread that no caller can interrupt, because an interrupt would close Lucene's files.
 * Changes reach the index in the order of the journal. From time to time the index is committed (a checkpoint), and the
 * journal before it is deleted.
 *
 * <p>If the index cannot be written, everything stops with an error that says so: what was acknowledged is in the journal,
 * and goes into the index at the next opening.
 */
final class WritePipeline {

    private static final Logger LOG = LoggerFactory.getLogger(WritePipeline.class);

    /** So many changes may wait in memory for the next look at the index; each search scans the new records among them. */
    static final int REFRESH_EVERY = 1_000;

    /** So many records may wait for the index at all; then callers wait for it. Two full batches. */
    private static final int MAX_WAITING = 20_000;

    /** A journal of this size is read back at opening: about a second. */
    static final long CHECKPOINT_BYTES = 32L * 1024 * 1024;

    /** A change's place in the order of all, and what to sync for it to last. */
    record Receipt(long ticket, long position) {}

    /** Why nothing goes any more. */
    private record Failure(String what, boolean unsynced, Throwable cause) {}

    private final Folder folder;
    private final IndexWriter writer;
    private final Journal journal;
    private final Syncing syncing;
    private final LongConsumer onRefresh;
    private final int refreshEvery;
    private final long checkpointBytes;
    private final ThreadPoolExecutor indexThread;
    private final Semaphore waiting = new Semaphore(MAX_WAITING, true);
    private final ReentrantLock submitLock = new ReentrantLock();
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
    private final AtomicReference<@Nullable Thread> indexThreadItself = new AtomicReference<>();
    private volatile View view;
    private long nextTicket = 1;

    // these belong to the index thread
    private long applied = 1;
    private int recordsSinceRefresh;
    private int changesSinceRefresh;

    /**
     * @param refreshEvery as {@link #REFRESH_EVERY}
     * @param checkpointBytes as {@link #CHECKPOINT_BYTES}
     * @param durability when a change is on disk, by {@code timer} if not at once
     * @param onRefresh told on the index thread how far the newest view reaches
     */
    WritePipeline(
            Folder folder,
            IndexWriter writer,
            Journal journal,
            int refreshEvery,
            long checkpointBytes,
            Durability durability,
            SyncTimer timer,
            LongConsumer onRefresh)
            throws IOException {
        this.folder = folder;
        this.writer = writer;
        this.journal = journal;
        this.refreshEvery = refreshEvery;
        this.checkpointBytes = checkpointBytes;
        this.syncing = new Syncing(journal, durability, timer, e -> fail("could not be written to disk", true, e));
        this.onRefresh = onRefresh;
        this.view = new View(DirectoryReader.open(writer), applied, this::release);
        this.indexThread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(task, "mneme-index-" + folder.path().getFileName());
            thread.setDaemon(true);
            indexThreadItself.set(thread);
            return thread;
        });
    }

    /** The newest view; to be closed by the caller. */
    View view() {
        while (true) {
            View newest = view;
            if (newest.tryUse()) {
                return newest;
            }
        }
    }

    /** Waits until so many records more may wait for the index; to be called under no lock. */
    void reserve(int records) {
        waiting.acquireUninterruptibly(records);
    }

    void release(int records) {
        waiting.release(records);
    }

    /**
     * Appends the changes to the journal and hands them to the index. The room for their records must be reserved.
     *
     * @param records how many records come in by them
     * @throws IOException if the journal could not be written; then nothing has happened
     */
    Receipt submit(List<? extends Change> changes, int records) throws IOException {
        List<byte[]> payloads = changes.stream().map(Change::encode).toList();
        submitLock.lock();
        try {
            check();
            long position = journal.append(payloads);
            long ticket = handOver(changes, records);
            if (journal.size() >= checkpointBytes) {
                tryCheckpoint();
            }
            return new Receipt(ticket, position);
        } finally {
            submitLock.unlock();
        }
    }

    /**
     * Hands changes to the index that follow from what is stored already, and so need no journal.
     *
     * @return their ticket
     */
    long submitDerived(List<? extends Change> changes) {
        submitLock.lock();
        try {
            check();
            return handOver(changes, 0);
        } finally {
            submitLock.unlock();
        }
    }

    /** Returns once there is a view of all that was handed over before; to be called under no lock. */
    void refreshNow() throws IOException {
        var done = new CompletableFuture<@Nullable Void>();
        submitLock.lock();
        try {
            check();
            indexThread.execute(() -> complete(done, () -> {
                Failure first = failure.get();
                if (first != null) {
                    throw new IOException(first.cause);
                }
                refresh();
            }));
        } finally {
            submitLock.unlock();
        }
        await(done);
    }

    /** Returns once the change is on disk, or, if the store's durability says so, at once. */
    void sync(Receipt receipt) {
        try {
            syncing.await(receipt.position());
        } catch (IOException e) {
            // after a failed sync the system may forget what it could not write: nothing later can be trusted
            throw fail("could not be written to disk", e);
        }
    }

    /**
     * Removes deleted records from the files too, journal included, and returns when that is done; files that a search
     * under way reads go when it ends.
     */
    void purge() throws IOException {
        await(checkpoint(() -> {
            refresh();
            // again, while a merge that was under way brought deleted records along
            while (writer.hasDeletions()) {
                writer.forceMergeDeletes(true);
            }
        }));
    }

    /** Throws if the store has stopped. */
    void check() {
        Failure first = failure.get();
        if (first != null) {
            throw told(first);
        }
    }

    /**
     * Brings the index up to the journal, which is synced, commits it and ends.
     *
     * @throws IOException if that failed; what was acknowledged is in the journal
     */
    void close() throws IOException {
        var committed = CompletableFuture.<@Nullable Void>completedFuture(null);
        var ended = new CompletableFuture<@Nullable Void>();
        submitLock.lock();
        try {
            if (failure.get() == null) {
                committed = checkpoint(() -> {});
            }
        } finally {
            // on the index thread, because an interrupt of the caller would break it off
            indexThread.execute(() -> complete(ended, () -> {
                view.close();
                writer.rollback();
            }));
            indexThread.shutdown();
            submitLock.unlock();
            syncing.close();
            awaitEnd();
            journal.close();
        }
        await(ended);
        await(committed);
    }

    /** Goes on in a new file of the journal; on the index thread does the work, commits, and looks at the index anew. */
    private CompletableFuture<@Nullable Void> checkpoint(IndexWork work) throws IOException {
        var done = new CompletableFuture<@Nullable Void>();
        submitLock.lock();
        try {
            check();
            long number = journal.rotate();
            indexThread.execute(() -> complete(done, () -> {
                Failure first = failure.get();
                if (first != null) {
                    throw new IOException(first.cause);
                }
                work.run();
                commit(number);
                // the view of before holds on to the old files
                refresh();
            }));
        } finally {
            submitLock.unlock();
        }
        return done;
    }

    private void release(DirectoryReader reader) {
        if (Thread.currentThread() == indexThreadItself.get()) {
            releaseNow(reader);
        } else {
            indexThread.execute(() -> releaseNow(reader));
        }
    }

    private void releaseNow(DirectoryReader reader) {
        try {
            reader.decRef();
        } catch (IOException | RuntimeException e) {
            // the files stay until the next opening
            LOG.warn("old files of {} could not be let go: {}", folder.path(), e.toString());
        }
    }

    private static void complete(CompletableFuture<@Nullable Void> done, IndexWork work) {
        try {
            work.run();
            done.complete(null);
        } catch (IOException | RuntimeException | Error e) {
            done.completeExceptionally(e);
        }
    }

    private static void await(CompletableFuture<@Nullable Void> done) throws IOException {
        try {
            done.join();
        } catch (CompletionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }

    private void awaitEnd() {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                // what waits is bounded, and each of it ends or fails
                ended = indexThread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private long handOver(List<? extends Change> changes, int records) {
        long ticket = nextTicket++;
        indexThread.execute(() -> onIndex(() -> {
            for (Change change : changes) {
                change.applyTo(writer);
            }
            applied = ticket + 1;
            recordsSinceRefresh += records;
            changesSinceRefresh += changes.size();
            if (changesSinceRefresh >= refreshEvery) {
                refresh();
            }
        }));
        return ticket;
    }

    /** Under the submit lock, so that all that is in the older files is handed over before the commit is. */
    private void tryCheckpoint() {
        try {
            long number = journal.rotate();
            indexThread.execute(() -> onIndex(() -> tryCommit(number)));
        } catch (Journal.UnsyncedException e) {
            throw fail("could not be written to disk", e);
        } catch (IOException e) {
            // nothing is lost: the journal goes on in its file, and the next change tries again
            LOG.warn("the journal of {} could not go on in a new file: {}", folder.path(), e.toString());
        }
    }

    private void tryCommit(long number) throws IOException {
        try {
            commit(number);
        } catch (IOException e) {
            if (!writer.isOpen()) {
                throw e;
            }
            // nothing is lost: the journal still has it all, and the next checkpoint tries again
            LOG.warn("the index of {} could not be committed: {}", folder.path(), e.toString());
        }
    }

    private void commit(long number) throws IOException {
        writer.setLiveCommitData(folder.commitData(number).entrySet());
        writer.commit();
        journal.deleteBefore(number);
    }

    private void refresh() throws IOException {
        View old = view;
        DirectoryReader newer = DirectoryReader.openIfChanged(old.reader, writer);
        if (newer == null) {
            old.reader.incRef();
            newer = old.reader;
        }
        view = new View(newer, applied, this::release);
        old.close();
        onRefresh.accept(applied);
        waiting.release(recordsSinceRefresh);
        recordsSinceRefresh = 0;
        changesSinceRefresh = 0;
    }

    /** Work for the index thread. */
    private interface IndexWork {
        void run() throws IOException;
    }

    private void onIndex(IndexWork work) {
        if (failure.get() != null) {
            return;
        }
        try {
            work.run();
        } catch (IOException | RuntimeException | Error e) {
            fail("could not be indexed", e);
        }
    }

    private ContextStoreException fail(String what, Throwable cause) {
        return fail(what, false, cause);
    }

    /** @param unsynced whether acknowledged changes may have been lost */
    private ContextStoreException fail(String what, boolean unsynced, Throwable cause) {
        var failed = new Failure(what, unsynced, cause);
        if (failure.compareAndSet(null, failed)) {
            LOG.error("the context store {} has stopped: {}", folder.path(), cause.toString());
        }
        // those who wait for the index shall find out
        waiting.release(MAX_WAITING);
        return told(failed);
    }

    private ContextStoreException told(Failure failed) {
        return failed.unsynced
                ? folder.stoppedUnsynced(failed.what, failed.cause)
                : folder.stopped(failed.what, failed.cause);
    }
}
