package dev.mneme.memory.coordination;

import java.time.Duration;

/**
 * Named locks among all instances of a host, each held for a lease that is renewed while its holder lives.
 *
 * <pre>{@code
 * try (Lease lease = locks.acquire("summaries-daily", ofMinutes(15), ofSeconds(2))) {
 *     store.write(rows, lease.fencingToken());
 * }
 * }</pre>
 *
 * <p><b>What a lock is worth.</b> A lease is a promise in time: a holder that is stopped for longer (a long pause of its
 * collector, a suspended machine) may wake and still believe in a lock that another has. So a lock alone saves work; what
 * must not be done by two is kept by the {@linkplain Lease#fencingToken() fencing token}, if the resource refuses a write
 * whose token is smaller than one it has seen. Locks in a server that lost its data, or failed over to a replica that had
 * not heard of them, can be held twice for the rest of the first lease; the token tells the two apart.
 *
 * <p>Locks are not re-entrant, belong to no thread, and are given in no order among those who wait. Names are a host's own
 * few ones, never a user's. Safe for use by many threads.
 */
public interface Locks {

    /** The shortest lease. */
    Duration SHORTEST_LEASE = Duration.ofMillis(100);

    /** The longest lease. */
    Duration LONGEST_LEASE = Duration.ofDays(1);

    /**
     * Asks again and again until the lock is free, for at most {@code wait}; blocks.
     *
     * @param name 1 to 256 characters
     * @param lease for how long the lock stays taken if this instance dies; {@link #SHORTEST_LEASE} to
     *     {@link #LONGEST_LEASE}. It is renewed each third of it.
     * @param wait zero to ask once
     * @throws LockNotAcquiredException if it was not got, with the reason. A server that is away is no reason to wait: it
     *     is told at once.
     * @throws IllegalArgumentException if an argument is out of its range
     */
    Lease acquire(String name, Duration lease, Duration wait);

    /**
     * Asks once, as {@link #acquire} does.
     *
     * @throws IllegalArgumentException if an argument is out of its range
     */
    LockAttempt tryAcquire(String name, Duration lease);
}
