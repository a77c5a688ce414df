package dev.mneme.memory.coordination;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.LockNotAcquiredException.Reason;
import dev.mneme.memory.coordination.spi.LeaseStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Locks whose leases are kept in a {@link LeaseStore}: waits for them, renews them, and gives up what is held at its end. */
final class LeasedLocks implements Locks, AutoCloseable {

    private static final int MAX_NAME_LENGTH = 256;
    private static final long FIRST_PAUSE_MILLIS = 5;
    private static final long LONGEST_PAUSE_MILLIS = 100;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final LeaseStore store;
    private final Ticker ticker;
    private final LeaseTimers timers;
    private final Set<HeldLease> held = ConcurrentHashMap.newKeySet();

    LeasedLocks(LeaseStore store, Ticker ticker, LeaseTimers timers) {
        this.store = store;
        this.ticker = ticker;
        this.timers = timers;
    }

    @Override
    public LockAttempt tryAcquire(String name, Duration lease) {
        checkName(name);
        return attempt(store, name, checkLease(lease), owner());
    }

    @Override
    public Lease acquire(String name, Duration lease, Duration wait) {
        checkName(name);
        return waitFor(store, name, checkLease(lease), checkWait(wait))
                .fold(
                        got -> got,
                        other -> {
                            throw Thread.currentThread().isInterrupted()
                                    ? refused(Reason.INTERRUPTED, name, "the thread was interrupted while it waited")
                                    : refused(Reason.HELD, name, "another holds it");
                        },
                        away -> {
                            throw refused(Reason.UNREACHABLE, name, away.why());
                        });
    }

    /** Asks until it is got, the server is away, the time is up, or the thread is interrupted, which it then stays. */
    LockAttempt waitFor(LeaseStore store, String name, Duration lease, Duration wait) {
        String owner = owner();
        long startNanos = ticker.nanos();
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            LockAttempt attempt = attempt(store, name, lease, owner);
            long leftNanos = wait.toNanos() - (ticker.nanos() - startNanos);
            if (!(attempt instanceof LockAttempt.Held) || leftNanos <= 0) {
                return attempt;
            }
            // shaken, so that those who wait for one lock do not ask in step
            long millis = ThreadLocalRandom.current().nextLong(pause, 2 * pause);
            if (!paused(Math.min(TimeUnit.MILLISECONDS.toNanos(millis), leftNanos))) {
                return attempt;
            }
            pause = Math.min(LONGEST_PAUSE_MILLIS / 2, pause * 2);
        }
    }

    private LockAttempt attempt(LeaseStore store, String name, Duration lease, String owner) {
        long sentNanos = ticker.nanos();
        try {
            LeaseStore.Grant grant = store.acquire(name, owner, lease);
            if (grant instanceof LeaseStore.Grant.Granted granted) {
                return new LockAttempt.Acquired(hold(store, name, owner, granted.fencingToken(), lease, sentNanos));
            }
            return new LockAttempt.Held(((LeaseStore.Grant.Held) grant).leaseLeft());
        } catch (UnreachableException e) {
            // it may have been granted, and nobody would know
            timers.renewIn(Duration.ZERO, () -> forget(store, name, owner));
            return new LockAttempt.Unreachable(String.valueOf(e.getMessage()));
        }
    }

    private HeldLease hold(
            LeaseStore store, String name, String owner, long fencingToken, Duration lease, long sentNanos) {
        var made = new HeldLease(store, timers, ticker, name, owner, fencingToken, lease, sentNanos, held::remove);
        held.add(made);
        return made.keptUp();
    }

    private static void forget(LeaseStore store, String name, String owner) {
        try {
            store.release(name, owner);
        } catch (UnreachableException e) {
            // then it ends with its lease
        }
    }

    /** Gives free all that is held. */
    @Override
    public void close() {
        held.forEach(HeldLease::close);
    }

    /** A name for an asker: 128 random bits in 22 characters. */
    static String owner() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    static Duration checkLease(Duration lease) {
        if (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException(
                    "a lease must be " + SHORTEST_LEASE + " to " + LONGEST_LEASE + ", was " + lease);
        }
        return lease;
    }

    static Duration checkWait(Duration wait) {
        if (wait.isNegative() || wait.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("wait must be zero to " + LONGEST_LEASE + ", was " + wait);
        }
        return wait;
    }

    private static void checkName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "a lock's name must have 1 to " + MAX_NAME_LENGTH + " characters, had " + name.length());
        }
    }

    private static boolean paused(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static LockNotAcquiredException refused(Reason reason, String name, String why) {
        return new LockNotAcquiredException(reason, "the lock '" + name + "' was not acquired: " + why);
    }
}
