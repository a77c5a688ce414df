package dev.mneme.resilience.limit;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All calls of one key that still count, a {@link CallLog} for each rule it has met. Everything but the lock itself is to
 * be used while holding {@link #lock}.
 */
final class KeyLog {

    final ReentrantLock lock = new ReentrantLock();
    final String key;

    private final RuleSet rules;
    private final @Nullable CallLog[] calls;
    private boolean dropped;
    private int decisions;

    KeyLog(String key, RuleSet rules) {
        this.key = key;
        this.rules = rules;
        this.calls = new CallLog[rules.size()];
    }

    /** Whether this log is out of use, and the key has another or none. */
    boolean isDropped() {
        return dropped;
    }

    /** Puts this log out of use if no call in it counts any more. */
    boolean dropIfIdle(long nowNanos) {
        for (CallLog log : calls) {
            if (log == null) {
                continue;
            }
            log.forgetUntil(nowNanos);
            if (!log.isEmpty()) {
                return false;
            }
        }
        dropped = true;
        return true;
    }

    /** Decides by the rules at these places, all or nothing. */
    Decision decide(int[] places, long nowNanos) {
        decisions++;
        long waitNanos = 0;
        int remaining = Integer.MAX_VALUE;
        for (int place : places) {
            CallLog log = log(place);
            log.forgetUntil(nowNanos);
            if (log.free() == 0) {
                waitNanos = Math.max(waitNanos, log.untilFreeNanos(nowNanos));
            }
            remaining = Math.min(remaining, log.free() - 1);
        }
        if (waitNanos > 0) {
            return Decision.refused(Duration.ofNanos(waitNanos));
        }
        for (int place : places) {
            log(place).add(nowNanos);
        }
        return Decision.allowed(remaining);
    }

    /** True at one of every sixteen decisions, for work that is to be shared out over the calls. */
    boolean isSixteenth() {
        return (decisions & 15) == 0;
    }

    private CallLog log(int place) {
        CallLog log = calls[place];
        if (log == null) {
            log = rules.newLog(place);
            calls[place] = log;
        }
        return log;
    }
}
