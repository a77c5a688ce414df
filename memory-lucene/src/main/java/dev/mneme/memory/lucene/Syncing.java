package dev.mneme.memory.lucene;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Brings the journal to disk as the store's {@link Durability} says: for each caller, or for all of them by a timer. */
final class Syncing {

    private final Journal journal;
    private final Optional<Duration> interval;
    private final SyncTimer timer;
    private final Consumer<IOException> onFailure;
    /** Whether a sync is to come that began no earlier than any change until now. */
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** @param onFailure told on the timer's thread that a sync failed */
    Syncing(Journal journal, Durability durability, SyncTimer timer, Consumer<IOException> onFailure) {
        this.journal = journal;
        this.interval = durability.interval();
        this.timer = timer;
        this.onFailure = onFailure;
    }

    /** Returns when the change may be acknowledged. */
    void await(long position) throws IOException {
        if (interval.isEmpty()) {
            journal.sync(position);
        } else if (scheduled.compareAndSet(false, true)) {
            timer.schedule(this::syncAll, interval.get());
        }
    }

    private void syncAll() {
        // before the sync, so that what is written during it schedules another
        scheduled.set(false);
        try {
            journal.sync(journal.appended());
        } catch (IOException e) {
            onFailure.accept(e);
        }
    }

    /** Leaves nothing unsynced; no sync begins after this. To be called when no change comes any more. */
    void close() {
        if (interval.isPresent()) {
            syncAll();
        }
        scheduled.set(true);
        timer.close();
    }
}
