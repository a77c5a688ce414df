package dev.mneme.memory.coordination;

import dev.mneme.SessionKey;
import dev.mneme.Ticker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One request of a session at a time within this process, whatever the server says. Holds no more than those that run. */
final class SessionGate {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Set<SessionKey> inside = new HashSet<>();
    private final Ticker ticker;

    SessionGate(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Whether the caller is in; false when the time is up or the thread interrupted, which it then stays. */
    boolean enter(SessionKey key, Duration wait) {
        long startNanos = ticker.nanos();
        lock.lock();
        try {
            while (!inside.add(key)) {
                long leftNanos = wait.toNanos() - (ticker.nanos() - startNanos);
                if (leftNanos <= 0) {
                    return false;
                }
                // not for all at once: a clock that is moved wakes nobody
                left.awaitNanos(Math.min(leftNanos, TimeUnit.MILLISECONDS.toNanos(100)));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    void leave(SessionKey key) {
        lock.lock();
        try {
            inside.remove(key);
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
