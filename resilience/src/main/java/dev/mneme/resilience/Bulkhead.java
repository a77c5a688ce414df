package dev.mneme.resilience;

import static dev.mneme.resilience.CallRefusedException.Reason.BULKHEAD_FULL;
import static dev.mneme.resilience.CallRefusedException.Reason.INTERRUPTED;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A limit on calls that run at the same time, with a bounded queue for those that come while it is full.
 *
 * <p>First come, first served. A place goes only to a caller who still waits: one that gave up, by timeout or interrupt,
 * has left the queue before the place is given away. Safe for use by many threads.
 */
public final class Bulkhead {

    /** A caller's claim: true once it has a place, false if it gets none. */
    static final class Place {
        final CompletableFuture<Boolean> granted = new CompletableFuture<>();
    }

    private final String name;
    private final BulkheadSettings settings;
    private final Waits waits;
    private final LongAdder refused = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock; being in this set is what it means to wait
    private final Set<Place> waiting = new LinkedHashSet<>();
    private int running;

    Bulkhead(String name, BulkheadSettings settings, Waits waits) {
        Rules.name(name);
        this.name = name;
        this.settings = settings;
        this.waits = waits;
    }

    public String name() {
        return name;
    }

    /**
     * Makes a call on the calling thread once there is a place for it.
     *
     * @throws CallRefusedException if there was none in time, or the thread was interrupted while it waited (its flag
     *     is kept); the call was not made
     * @throws X if the call failed
     */
    public <T extends @Nullable Object, X extends Exception> T call(Call<T, X> call) throws X {
        Deadline deadline = CallContext.current().deadline;
        acquire(deadline);
        try {
            return call.call();
        } finally {
            release();
        }
    }

    public BulkheadNumbers numbers() {
        lock.lock();
        try {
            return new BulkheadNumbers(name, running, waiting.size(), refused.sum());
        } finally {
            lock.unlock();
        }
    }

    void acquire(@Nullable Deadline deadline) {
        Place place = join(deadline);
        boolean granted;
        try {
            granted = place.granted.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leave(place);
            refused.increment();
            throw new CallRefusedException(name, INTERRUPTED, 0);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a place is given or refused, and nothing else", e);
        }
        if (!granted) {
            throw refusal();
        }
    }

    /** Joins the queue, or gets a place or a refusal at once; a place that was granted must be left or released. */
    Place join(@Nullable Deadline deadline) {
        long wait = settings.maxWait().toNanos();
        if (deadline != null) {
            wait = Math.min(wait, deadline.remainingNanos());
        }
        var place = new Place();
        lock.lock();
        try {
            if (running < settings.maxConcurrent()) {
                running++;
                place.granted.complete(true);
                return place;
            }
            if (wait == 0 || waiting.size() >= settings.maxWaiting()) {
                refused.increment();
                place.granted.complete(false);
                return place;
            }
            waiting.add(place);
        } finally {
            lock.unlock();
        }
        Runnable cancelTimer = waits.schedule(wait, () -> giveUp(place));
        var unused = place.granted.whenComplete((granted, none) -> cancelTimer.run());
        return place;
    }

    /** Ends the interest in a place, whether it was given meanwhile or not. */
    void leave(Place place) {
        if (removed(place)) {
            return;
        }
        // it may be on its way: taken out of the queue, but not completed yet
        var unused = place.granted.thenAccept(granted -> {
            if (granted) {
                release();
            }
        });
    }

    void release() {
        Place next = null;
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                running--;
            } else {
                next = waiting.iterator().next();
                waiting.remove(next);
            }
        } finally {
            lock.unlock();
        }
        if (next != null) {
            next.granted.complete(true);
        }
    }

    CallRefusedException refusal() {
        return new CallRefusedException(name, BULKHEAD_FULL, 0);
    }

    private void giveUp(Place place) {
        if (removed(place)) {
            refused.increment();
            place.granted.complete(false);
        }
    }

    private boolean removed(Place place) {
        lock.lock();
        try {
            return waiting.remove(place);
        } finally {
            lock.unlock();
        }
    }
}
