package dev.mneme.memory.redis;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;

/**
 * What was invalidated in the last {@value #SECONDS} seconds, in case the server forgets it: one that is replaced by its
 * replica loses the last writes.
 *
 * <p>Holds at most as much as the queue, and of too many the roots, as the queue does. Safe for use by many threads.
 */
final class RecentInvalidations {

    static final int SECONDS = 60;

    private record Done(Target target, long nanos) {}

    private final Ticker ticker;
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    /** The longest ago first. */
    private final Map<String, Done> done = new LinkedHashMap<>();

    RecentInvalidations(Ticker ticker, int capacity) {
        this.ticker = ticker;
        this.capacity = capacity;
    }

    void add(Collection<Target> targets) {
        lock.lock();
        try {
            long now = ticker.nanos();
            forgetBefore(now);
            for (Target target : targets) {
                put(target, now);
                if (done.size() > capacity) {
                    collapse(target.cache(), now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Those of some buckets, which from now on are not remembered any more. */
    List<Target> take(IntPredicate buckets) {
        lock.lock();
        try {
            forgetBefore(ticker.nanos());
            var taken = new ArrayList<Target>();
            for (Iterator<Done> each = done.values().iterator(); each.hasNext(); ) {
                Target target = each.next().target;
                if (buckets.test(target.bucket())) {
                    taken.add(target);
                    each.remove();
                }
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private void put(Target target, long now) {
        done.remove(target.id());
        done.put(target.id(), new Done(target, now));
    }

    private void forgetBefore(long now) {
        long oldest = now - Duration.ofSeconds(SECONDS).toNanos();
        Iterator<Done> each = done.values().iterator();
        while (each.hasNext() && each.next().nanos - oldest < 0) {
            each.remove();
        }
    }

    private void collapse(String cache, long now) {
        List<Target> single = done.values().stream()
                .map(Done::target)
                .filter(target -> target.cache().equals(cache))
                .toList();
        single.forEach(target -> done.remove(target.id()));
        single.forEach(target -> put(Target.root(cache, target.bucket()), now));
    }
}
