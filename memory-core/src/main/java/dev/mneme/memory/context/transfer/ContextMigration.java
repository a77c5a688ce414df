package dev.mneme.memory.context.transfer;

import dev.mneme.MnemeException;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.transfer.StoreCopy.Cursor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the memories of one store into another while the host goes on using them: to another engine, or to the same one with
 * another embedder.
 *
 * <pre>{@code
 * ContextMigration migration = ContextMigration.from(lucene).to(qdrant).stateIn(Path.of("migration.state")).open();
 * ContextStore store = migration.store();      // what the host uses from now on
 * migration.run().verify().orThrow();          // copies; may be killed and run again
 * migration.switchOver();                      // the new store answers, both are written: the way back is open
 * migration.finish();                          // or migration.rollback()
 * }</pre>
 *
 * <p><b>What is promised.</b> After {@link #run} the new store has every record of the old one, and none that the old one
 * has not, but for those that a write through {@link #store} is at. Records written through {@link #store} meanwhile, by any
 * number of threads, are in both when their call returns, unless the store that does not answer failed: that is logged, and
 * the next {@link #run} or {@link #switchOver} settles it. Writes that go past {@link #store}, to either store or by another
 * process, are found only by the next {@link #run}.
 *
 * <p><b>Killed at any point</b>, it is opened again with the same stores and state: it goes on where it was, and in the end
 * compares both stores as a whole, so that also a write is settled that reached one of them alone. Without a state in a
 * file it begins anew, which loses nothing either.
 *
 * <p><b>Embedders.</b> If both stores have the same embedder, vectors that the host gave go along. If not, they are left out;
 * the new store's embedder makes them of the words, as it does in any case for records without one. Records that have no
 * words but such a vector stay behind and are {@linkplain MigrationReport#unmovable() counted}.
 *
 * <p>The new store should have no limits that the old one has not, nor merge duplicates: what it evicts is missing.
 *
 * <p>Safe to share between threads; of {@code run}, {@code switchOver}, {@code rollback} and {@code finish} one goes on at a
 * time. They run on the caller's thread, and stop at the end of a batch when it is interrupted. The stores are the host's to
 * close, or are both closed by {@link #store}.
 */
public final class ContextMigration {

    private static final Logger log = LoggerFactory.getLogger(ContextMigration.class);

    private static final int DEFAULT_BATCH = 256;

    /** Passes in one run: the second settles what a killed process left, the third what came meanwhile past the stores. */
    private static final int MAX_PASSES = 3;

    private final ContextStore from;
    private final ContextStore to;
    private final int batch;
    private final Consumer<MigrationProgress> onProgress;
    private final MigrationState state;
    private final Overlaps overlaps = new Overlaps();
    private final ContextStore store = new MigratingStore(this, overlaps);
    private final ReentrantLock control = new ReentrantLock();
    private volatile boolean isBehind;

    private ContextMigration(Builder builder) {
        this.from = builder.from;
        this.to = builder.to;
        this.batch = builder.batch;
        this.onProgress = builder.onProgress;
        this.state = new MigrationState(builder.stateFile, from.fingerprint(), to.fingerprint());
    }

    /** The store whose memories are to move. */
    public static From from(ContextStore from) {
        return new From(from);
    }

    /** A migration whose end is not named yet. */
    public static final class From {
        private final ContextStore from;

        private From(ContextStore from) {
            this.from = from;
        }

        /**
         * The store that is to have them; best an empty one. What it has beside is removed.
         *
         * @throws IllegalArgumentException if it is the same store
         */
        public Builder to(ContextStore to) {
            if (to == from) {
                throw new IllegalArgumentException("a migration must go to another store, was from and to the same");
            }
            return new Builder(from, to);
        }
    }

    /** Settings of a migration. Not safe to share between threads. */
    public static final class Builder {
        private final ContextStore from;
        private final ContextStore to;
        private int batch = DEFAULT_BATCH;
        private Consumer<MigrationProgress> onProgress = progress -> {};
        private Optional<Path> stateFile = Optional.empty();

        private Builder(ContextStore from, ContextStore to) {
            this.from = from;
            this.to = to;
        }

        /**
         * How many records are compared, and copied by one call; {@value #DEFAULT_BATCH} by default.
         *
         * @throws IllegalArgumentException if it is not from 1 to {@value AgentContext#MAX_BATCH}
         */
        public Builder batch(int records) {
            if (records < 1 || records > AgentContext.MAX_BATCH) {
                throw new IllegalArgumentException(
                        "batch must be from 1 to " + AgentContext.MAX_BATCH + " records, was " + records);
            }
            this.batch = records;
            return this;
        }

        /** Told after each batch, on the thread that runs the migration; what it throws ends the run. */
        public Builder onProgress(Consumer<MigrationProgress> listener) {
            this.onProgress = listener;
            return this;
        }

        /**
         * Keeps in this file how far the migration is; in memory alone by default. It is written after each batch, and names
         * the agent and the record that the batch ended with.
         */
        public Builder stateIn(Path file) {
            this.stateFile = Optional.of(file);
            return this;
        }

        /**
         * Opens the migration where the state says it is; nothing is copied yet.
         *
         * @throws ContextFileException if the state cannot be read, or is that of stores with other embedders
         */
        public ContextMigration open() {
            return new ContextMigration(this);
        }

        /** Opens it, and {@linkplain ContextMigration#run() runs} it. */
        public ContextMigration run() {
            return open().run();
        }
    }

    /** Both stores as one, which the host uses while the migration goes on, and may go on using afterwards. */
    public ContextStore store() {
        return store;
    }

    public MigrationPhase phase() {
        return state.phase();
    }

    /**
     * Copies what the new store has not, and removes what it has beside; in the end both are compared as a whole. May be
     * called again, until it is switched over.
     *
     * @return this
     * @throws IllegalStateException if the migration was switched over or rolled back, or another call goes on
     * @throws MnemeException if a store failed, or the thread was interrupted; then run it again
     */
    public ContextMigration run() {
        return alone(() -> {
            check("run", MigrationPhase.COPYING, MigrationPhase.COPIED);
            settleAll();
            if (phase() == MigrationPhase.COPYING) {
                state.phase(MigrationPhase.COPIED);
            }
        });
    }

    /** Compares both stores record by record, and changes nothing. The store that answers is the measure. */
    public MigrationReport verify() {
        return copy().compare();
    }

    /**
     * Settles what is left, and has the new store answer from now on; both are still written.
     *
     * @throws IllegalStateException if {@link #run} has not ended yet, or another call goes on
     * @throws MnemeException as {@link #run}; the old store answers then
     */
    public void switchOver() {
        alone(() -> {
            check("switched over", MigrationPhase.COPIED);
            settleAll();
            state.phase(MigrationPhase.SWITCHED);
        });
    }

    /**
     * Has the old store answer again, alone; it has all that was written since. The new store is left as it is. There is no
     * way on from here: delete the state to begin anew.
     *
     * @throws IllegalStateException if the migration is finished, or another call goes on
     * @throws MnemeException as {@link #run}; the new store answers then
     */
    public void rollback() {
        alone(() -> {
            check("rolled back", MigrationPhase.COPYING, MigrationPhase.COPIED, MigrationPhase.SWITCHED);
            if (phase() == MigrationPhase.SWITCHED) {
                settleAll();
            }
            state.phase(MigrationPhase.ROLLED_BACK);
        });
    }

    /**
     * Ends the migration: the new store alone is used from now on. The old one is left as it is.
     *
     * @throws IllegalStateException if it is not switched over, or another call goes on
     */
    public void finish() {
        alone(() -> {
            check("finished", MigrationPhase.SWITCHED);
            state.phase(MigrationPhase.FINISHED);
        });
    }

    private void settleAll() {
        isBehind = false;
        if (state.cursor().isPresent()) {
            pass(state.cursor()); // what lies before it is seen by the next
        }
        long settled = 1;
        for (int pass = 0; pass < MAX_PASSES && settled > 0; pass++) {
            settled = pass(Optional.empty());
        }
        state.passed();
    }

    private long pass(Optional<Cursor> from) {
        return copy().pass(from, (cursor, agents, records, settled) -> {
            state.at(cursor);
            onProgress.accept(new MigrationProgress(agents, records, settled));
            if (Thread.currentThread().isInterrupted()) {
                throw new MnemeException("the migration was interrupted; run it again to go on");
            }
        });
    }

    private ContextMigration alone(Runnable step) {
        if (!control.tryLock()) {
            throw new IllegalStateException("one step of a migration must go on at a time, another does");
        }
        try {
            step.run();
            return this;
        } finally {
            control.unlock();
        }
    }

    private void check(String step, MigrationPhase... allowed) {
        for (MigrationPhase phase : allowed) {
            if (phase() == phase) {
                return;
            }
        }
        throw new IllegalStateException("a migration that is " + phase() + " cannot be " + step);
    }

    ContextStore from() {
        return from;
    }

    ContextStore to() {
        return to;
    }

    /** The store that answers, and decides. */
    ContextStore answering() {
        MigrationPhase phase = phase();
        return phase == MigrationPhase.SWITCHED || phase == MigrationPhase.FINISHED ? to : from;
    }

    boolean writesBoth() {
        MigrationPhase phase = phase();
        return phase != MigrationPhase.ROLLED_BACK && phase != MigrationPhase.FINISHED;
    }

    /** From the store that answers to the other. */
    StoreCopy copy() {
        ContextStore source = answering();
        return new StoreCopy(source, source == from ? to : from, overlaps, batch);
    }

    void fellBehind(RuntimeException why) {
        log.warn("the other store of a migration could not be written; a further run settles it", why);
        isBehind = true;
    }

    /** Whether the store that does not answer has missed a write since the last run began. */
    public boolean hasMissedWrites() {
        return isBehind;
    }

    void forget(Tenant tenant) {
        state.forget(tenant);
    }
}
