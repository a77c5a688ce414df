package dev.mneme.memory.redis;

import dev.mneme.memory.cache.spi.FarKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Invalidations that wait to be sent. What is queued bypasses Redis: a reader asks here first.
 *
 * <p>Holds at most {@value #CAPACITY} keys and scopes. When it is full, those of a cache become its root scopes, one for
 * each bucket, which take more with them than was asked for and never less.
 *
 * <p>Safe for use by many threads; asking is without locks.
 */
final class InvalidationQueue {

    static final int CAPACITY = 10_000;

    /** One waiting; a later one for the same thing is another, so that what came during a replay is not lost by it. */
    static final class Waiting {
        final Target target;

        Waiting(Target target) {
            this.target = target;
        }
    }

    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
    private final ReentrantLock adding = new ReentrantLock();
    private final int capacity;
    private final Consumer<String> overflowed;

    /** @param overflowed told the name of a cache whose keys became roots, on the thread that adds */
    InvalidationQueue(int capacity, Consumer<String> overflowed) {
        this.capacity = capacity;
        this.overflowed = overflowed;
    }

    /** In every case these, or what contains them, bypass Redis before this returns. */
    void add(Collection<Target> targets) {
        var fell = new ArrayList<String>();
        adding.lock();
        try {
            for (Target target : targets) {
                waiting.put(target.id(), new Waiting(target));
                if (waiting.size() > capacity && collapse(target.cache())) {
                    fell.add(target.cache());
                }
            }
        } finally {
            adding.unlock();
        }
        fell.forEach(overflowed);
    }

    /** Whether there was anything to make less of. */
    private boolean collapse(String cache) {
        List<Waiting> single = waiting.values().stream()
                .filter(one -> one.target.cache().equals(cache) && !isRoot(one.target))
                .toList();
        if (single.isEmpty()) {
            return false;
        }
        // the roots first: readers ask for the key, then for the root, and must find one of them
        for (Waiting one : single) {
            Target root = Target.root(cache, one.target.bucket());
            waiting.put(root.id(), new Waiting(root));
        }
        single.forEach(one -> waiting.remove(one.target.id(), one));
        return true;
    }

    private static boolean isRoot(Target target) {
        return target.id().equals(Target.rootId(target.cache(), target.bucket()));
    }

    /** Whether an invalidation waits that takes this key. */
    boolean covers(FarKey key, int bucket) {
        if (waiting.isEmpty()) {
            return false;
        }
        if (waiting.containsKey(Target.id(key))) {
            return true;
        }
        // narrow to wide, as keys collapse
        for (int i = key.scopes().size() - 1; i >= 0; i--) {
            if (waiting.containsKey(Target.id(key.cache(), key.scopes().get(i)))) {
                return true;
            }
        }
        return waiting.containsKey(Target.rootId(key.cache(), bucket));
    }

    /** Whether this very thing waits. */
    boolean has(Target target) {
        return waiting.containsKey(target.id());
    }

    List<Waiting> all() {
        return List.copyOf(waiting.values());
    }

    /** It was sent. */
    void sent(Collection<Waiting> done) {
        done.forEach(one -> waiting.remove(one.target.id(), one));
    }

    int size() {
        return waiting.size();
    }
}
