package dev.mneme.memory.coordination;

/**
 * A lock that is held, until it is closed or lost. It is renewed in the background each third of its time; closing gives
 * the lock free.
 *
 * <p>It is <em>lost</em> when another has it, or when it could not be renewed for its whole time, counted from when the
 * last renewal that succeeded was sent. Loss is final. Safe for use by many threads.
 */
public interface Lease extends AutoCloseable {

    /**
     * A number that grows from holder to holder of this name, and is never given twice. A resource that refuses a smaller
     * number than it has seen is safe from a holder that overslept its lease.
     *
     * <p>It counts on from the time of the server in microseconds: one that comes back empty goes on above all it gave
     * before, unless its clock was set back meanwhile by more than it was away.
     */
    long fencingToken();

    /**
     * Whether the lock is held, as far as this instance can know without asking. True is a guess about a moment that is
     * over when it is read; only the fencing token protects.
     */
    boolean isHeld();

    /**
     * Runs {@code action} once the lease is lost, on a thread of its own; at once if it is lost already, never after it was
     * closed. Loss is noticed no later than the end of the lease if this process runs.
     */
    void onLoss(Runnable action);

    /**
     * Gives the lock free if it is still held; blocks for one call to the server. If that cannot be reached the lock stays
     * taken until its lease ends. May be called again.
     */
    @Override
    void close();
}
