package dev.mneme.memory.coordination;

import dev.mneme.memory.coordination.spi.SessionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background work of one registry on one instance: tells the store what it does not know yet, ends sessions whose time
 * ran out, and tells the listener of their ends.
 *
 * <p>Any instance may end sessions; only the one that holds the sweep's lease tells of them, and it keeps that lease as long
 * as it lives. When it dies another takes over after the lease and a round, which is well within a minute.
 */
final class SessionSweep implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SessionSweep.class);
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final int ROUND_TICKS = 15;
    private static final int BATCH = 100;

    private final SessionStore store;
    private final LeasedLocks leases;
    private final String name;
    private final @Nullable Consumer<? super SessionSummary> listener;
    private final ScheduledThreadPoolExecutor timer;
    /** Not a lock: the listener runs meanwhile. */
    private final AtomicBoolean sweeping = new AtomicBoolean();

    private volatile @Nullable Lease lease;
    private int tick;
    private volatile boolean closed;

    SessionSweep(
            SessionStore store, LeasedLocks leases, String name, @Nullable Consumer<? super SessionSummary> listener) {
        this.store = store;
        this.leases = leases;
        this.name = name;
        this.listener = listener;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "mneme-sessions");
            thread.setDaemon(true);
            return thread;
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it tells its failures itself
    void start(Runnable tellStore) {
        timer.scheduleWithFixedDelay(() -> tick(tellStore), 1, 1, TimeUnit.SECONDS);
    }

    private void tick(Runnable tellStore) {
        try {
            tellStore.run();
            if (++tick >= ROUND_TICKS) {
                tick = 0;
                sweep();
            }
        } catch (UnreachableException e) {
            // at the next time
        } catch (RuntimeException e) {
            log.error("the sweep of sessions failed and goes on", e);
        }
    }

    /**
     * Ends what is overdue, and tells of it if this instance is the one that does.
     *
     * @throws UnreachableException if the store is away
     */
    void sweep() {
        if (!sweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            Consumer<? super SessionSummary> told = listener;
            if (told == null) {
                store.overdue(BATCH);
                return;
            }
            boolean more = true;
            while (more && !closed && isMine()) {
                List<SessionSummary> ends = store.overdue(BATCH);
                boolean all = tell(told, ends);
                more = all && ends.size() == BATCH;
            }
        } finally {
            sweeping.set(false);
        }
    }

    private boolean isMine() {
        Lease mine = lease;
        if (mine == null || !mine.isHeld()) {
            mine = leases.tryAcquire(name, LEASE).optional().orElse(null);
            lease = mine;
        }
        return mine != null;
    }

    /** Whether the listener took all. */
    private boolean tell(Consumer<? super SessionSummary> told, List<SessionSummary> ends) {
        var taken = new ArrayList<SessionSummary>();
        for (SessionSummary end : ends) {
            if (closed || !isMine()) {
                break;
            }
            try {
                told.accept(end);
                taken.add(end);
            } catch (RuntimeException e) {
                // the type alone: a message may have what the user said
                log.warn(
                        "a listener failed with {} and will be told again of a session that ended",
                        e.getClass().getName());
            }
        }
        if (!taken.isEmpty()) {
            store.told(taken);
        }
        return taken.size() == ends.size();
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        Lease mine = lease;
        if (mine != null) {
            mine.close();
        }
    }
}
