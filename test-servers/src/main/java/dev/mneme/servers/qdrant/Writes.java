package dev.mneme.servers.qdrant;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.UpdateStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The writes in their order: those accepted and not applied yet, and how to take back those applied last. Guarded by
 * the lock of {@link Storage}.
 */
final class Writes {

    /** The most writes that wait, and the most that can be taken back; of the latter the oldest are forgotten. */
    static final int MAX_KEPT = 10_000;

    /** A change of points. */
    interface Change {
        /**
         * Makes it, all or nothing.
         *
         * @param version the number of this write
         */
        void apply(Edit edit, long version);
    }

    /** The points that one write changes, with what was there before. */
    static final class Edit {

        private final StoredCollection collection;
        private final Map<PointKey, @Nullable StoredPoint> before = new LinkedHashMap<>();

        private Edit(StoredCollection collection) {
            this.collection = collection;
        }

        StoredCollection collection() {
            return collection;
        }

        void put(PointKey key, @Nullable StoredPoint after) {
            StoredPoint old = collection.point(key);
            collection.put(key, after);
            before.putIfAbsent(key, old);
        }

        private void undo() {
            before.forEach((key, point) -> collection.put(key, point));
        }
    }

    private record Pending(StoredCollection collection, Change change, long version) {}

    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Deque<Edit> applied = new ArrayDeque<>();
    private long lastVersion;

    /** No write is applied while this is set. */
    private boolean late;

    /** Whether writes that nobody waits for are applied with the next that somebody waits for, and not at once. */
    private boolean holding = true;

    /**
     * Accepts a write.
     *
     * @param waits whether the caller waits for it to be applied
     * @param limited whether the caller said how long
     */
    UpdateResult submit(StoredCollection collection, Change change, boolean waits, boolean limited) {
        if (pending.size() >= MAX_KEPT) {
            throw Refusals.exhausted("the Qdrant double keeps at most " + MAX_KEPT + " writes waiting");
        }
        long version = lastVersion++;
        if (late || (!waits && holding)) {
            pending.add(new Pending(collection, change, version));
            if (waits && !limited) {
                throw Status.DEADLINE_EXCEEDED
                        .withDescription("Timeout: the write was accepted and is not applied yet")
                        .asRuntimeException();
            }
            return result(waits ? UpdateStatus.WaitTimeout : UpdateStatus.Acknowledged, version);
        }
        applyPending();
        if (waits) {
            apply(collection, change, version);
            return result(UpdateStatus.Completed, version);
        }
        applyUnseen(new Pending(collection, change, version));
        return result(UpdateStatus.Acknowledged, version);
    }

    /** Applies all that wait, in order. One that fails does so unseen, as nobody waits for it. */
    void applyPending() {
        for (Pending next = pending.poll(); next != null; next = pending.poll()) {
            applyUnseen(next);
        }
    }

    /**
     * Takes back the last writes: those that wait, from the last one on, then those applied.
     *
     * @throws IllegalArgumentException if fewer are known
     */
    void lose(int writes) {
        if (writes < 0 || writes > pending.size() + applied.size()) {
            throw new IllegalArgumentException("lost writes must be from 0 to those accepted and kept, "
                    + (pending.size() + applied.size()) + ", was " + writes);
        }
        for (int i = 0; i < writes; i++) {
            if (pending.pollLast() == null) {
                applied.removeLast().undo();
            }
        }
    }

    int pending() {
        return pending.size();
    }

    void late(boolean late) {
        this.late = late;
    }

    void holding(boolean holding) {
        this.holding = holding;
    }

    private void applyUnseen(Pending write) {
        try {
            apply(write.collection, write.change, write.version);
        } catch (StatusRuntimeException unseen) {
            // its sender had its answer already
        }
    }

    private void apply(StoredCollection collection, Change change, long version) {
        Edit edit = new Edit(collection);
        try {
            change.apply(edit, version);
        } catch (RuntimeException e) {
            edit.undo();
            throw e;
        }
        applied.addLast(edit);
        if (applied.size() > MAX_KEPT) {
            applied.removeFirst();
        }
    }

    private static UpdateResult result(UpdateStatus status, long version) {
        return UpdateResult.newBuilder()
                .setOperationId(version)
                .setStatus(status)
                .build();
    }
}
