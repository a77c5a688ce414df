package dev.mneme.resilience.limit;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The logs of all keys, never more than a bound.
 *
 * <p>A log goes when no call in it counts any more, so nothing that counts is ever lost. There is no thread for it: calls
 * that pass by look at a few logs each, round and round, like the hand of a clock.
 */
final class KeyLogs {

    private static final int LOOKED_AT_IN_PASSING = 4;
    private static final int LOOKED_AT_WHEN_FULL = 64;

    private final ConcurrentMap<String, KeyLog> byKey = new ConcurrentHashMap<>();
    private final ReentrantLock hand = new ReentrantLock();
    private final Queue<KeyLog> round = new ArrayDeque<>();
    private final RuleSet rules;
    private final int maxKeys;

    KeyLogs(RuleSet rules, int maxKeys) {
        this.rules = rules;
        this.maxKeys = maxKeys;
    }

    @Nullable
    KeyLog find(String key) {
        return byKey.get(key);
    }

    /** The key's log, a new one if it has none; null if it has none and the bound is reached. */
    @Nullable
    KeyLog findOrAdd(String key, long nowNanos) {
        hand.lock();
        try {
            look(LOOKED_AT_IN_PASSING, nowNanos);
            KeyLog present = byKey.get(key);
            if (present != null) {
                return present;
            }
            if (round.size() >= maxKeys) {
                look(LOOKED_AT_WHEN_FULL, nowNanos);
            }
            if (round.size() >= maxKeys) {
                return null;
            }
            var log = new KeyLog(key, rules);
            byKey.put(key, log);
            round.add(log);
            return log;
        } finally {
            hand.unlock();
        }
    }

    /** Looks at a few logs and drops the idle ones; does nothing if another call is at it. */
    void dropSomeIdle(long nowNanos) {
        if (!hand.tryLock()) {
            return;
        }
        try {
            look(LOOKED_AT_IN_PASSING, nowNanos);
        } finally {
            hand.unlock();
        }
    }

    int size() {
        return byKey.size();
    }

    private void look(int atMost, long nowNanos) {
        for (int i = Math.min(atMost, round.size()); i > 0; i--) {
            KeyLog log = round.remove();
            if (!dropped(log, nowNanos)) {
                round.add(log);
            }
        }
    }

    // a log whose lock is taken is in use, hence not idle
    private boolean dropped(KeyLog log, long nowNanos) {
        if (!log.lock.tryLock()) {
            return false;
        }
        try {
            if (!log.dropIfIdle(nowNanos)) {
                return false;
            }
            // under its lock, so that whoever finds a log out of use finds another in its place, or none
            byKey.remove(log.key, log);
            return true;
        } finally {
            log.lock.unlock();
        }
    }
}
