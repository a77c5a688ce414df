package dev.mneme.memory.history;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.history.spi.TurnStoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits in this process for the level that all nodes share: of each conversation whether it is to be cleared, and the
 * turns appended since. At most {@value #MAX_TURNS} turns with {@value #MAX_CHARACTERS} characters, of one conversation no
 * more than its history keeps (older ones would be dropped there), and {@value #MAX_CLEARS} to be cleared; none longer than
 * the time to live.
 */
final class Owed {

    static final int MAX_TURNS = 10_000;
    static final int MAX_CHARACTERS = 16 * 1024 * 1024;
    static final int MAX_CLEARS = 100_000;

    /** A turn, when it was appended, and the name of the clearing that was owed then, or nothing. */
    record Waiting(Turn turn, long nanos, String after) {}

    /** A conversation that was cleared; the name tells the store that it is the same clearing when it is sent again. */
    record Clear(String name, long nanos, boolean forAll) {}

    /** What is owed of a conversation at one time. */
    record Batch(@Nullable Clear clear, List<Waiting> turns) {

        static final Batch NOTHING = new Batch(null, List.of());

        boolean isEmpty() {
            return clear == null && turns.isEmpty();
        }

        String clearing() {
            return clear == null ? "" : clear.name();
        }

        int indexOf(Turn turn) {
            for (int i = 0; i < turns.size(); i++) {
                if (turns.get(i).turn().id().equals(turn.id())) {
                    return i;
                }
            }
            return -1;
        }
    }

    private final Ticker ticker;
    private final int maxTurns;
    private final long ttlNanos;
    private final LongAdder forgotten;

    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private final Map<SessionKey, Clear> clears = new HashMap<>();
    private final Map<SessionKey, List<Waiting>> turns = new LinkedHashMap<>();
    private int count;
    private long characters;

    /** Whether nothing is owed, for those who need no lock to see it. */
    private volatile boolean empty = true;

    Owed(Ticker ticker, int maxTurns, Duration ttl, LongAdder forgotten) {
        this.ticker = ticker;
        this.maxTurns = maxTurns;
        this.ttlNanos = ttl.toNanos();
        this.forgotten = forgotten;
    }

    /** Keeps a turn; false if there is no room. One that waits already waits on. */
    boolean add(SessionKey key, Waiting waiting) {
        lock.lock();
        try {
            expire(key);
            List<Waiting> waits = turns.get(key);
            if (waits != null && new Batch(null, waits).indexOf(waiting.turn()) >= 0) {
                return true;
            }
            int length = waiting.turn().text().length();
            if (count >= MAX_TURNS || characters + length > MAX_CHARACTERS) {
                return false;
            }
            turns.computeIfAbsent(key, first -> new ArrayList<>()).add(waiting);
            count++;
            characters += length;
            trim(key);
            empty = false;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void trim(SessionKey key) {
        List<Waiting> waits = turns.getOrDefault(key, List.of());
        if (waits.size() > maxTurns) {
            drop(key, Set.of(waits.get(0)));
        }
    }

    /**
     * Owes that a conversation be cleared, of which nothing else waits any more.
     *
     * @throws TurnStoreException if too many are owed
     */
    void add(SessionKey key, Clear clear) {
        lock.lock();
        try {
            dropTurns(key);
            Clear before = clears.get(key);
            if (before == null && clears.size() >= MAX_CLEARS) {
                throw new TurnStoreException(
                        "the shared level of the history is away, and too many conversations wait to be cleared: clear"
                                + " again");
            }
            boolean forAll = clear.forAll() || (before != null && before.forAll());
            clears.put(key, new Clear(clear.name(), clear.nanos(), forAll));
            empty = false;
        } finally {
            lock.unlock();
        }
    }

    Batch of(SessionKey key) {
        if (empty) {
            return Batch.NOTHING;
        }
        lock.lock();
        try {
            expire(key);
            return new Batch(clears.get(key), List.copyOf(turns.getOrDefault(key, List.of())));
        } finally {
            lock.unlock();
        }
    }

    /** What was in a batch is owed no more. */
    void done(SessionKey key, Batch batch) {
        if (batch.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            if (batch.clear() != null) {
                clears.remove(key, batch.clear());
            }
            drop(key, new HashSet<>(batch.turns()));
        } finally {
            lock.unlock();
        }
    }

    /** Turns of this conversation wait no more; how many did. */
    int dropTurns(SessionKey key) {
        lock.lock();
        try {
            return drop(key, Set.copyOf(turns.getOrDefault(key, List.of())));
        } finally {
            lock.unlock();
        }
    }

    int dropTurns(Tenant tenant) {
        int dropped = 0;
        for (SessionKey key : keys()) {
            if (key.tenant().equals(tenant)) {
                dropped += dropTurns(key);
            }
        }
        return dropped;
    }

    /** All conversations of which something is owed. */
    Set<SessionKey> keys() {
        lock.lock();
        try {
            List.copyOf(turns.keySet()).forEach(this::expire);
            List.copyOf(clears.keySet()).forEach(this::expire);
            var keys = new HashSet<>(clears.keySet());
            keys.addAll(turns.keySet());
            return keys;
        } finally {
            lock.unlock();
        }
    }

    /** How many turns and conversations to be cleared there are. */
    long count() {
        lock.lock();
        try {
            return (long) count + clears.size();
        } finally {
            lock.unlock();
        }
    }

    /** What waited longer than it would have been kept. */
    private void expire(SessionKey key) {
        long now = ticker.nanos();
        Clear clear = clears.get(key);
        if (clear != null && now - clear.nanos() > ttlNanos) {
            clears.remove(key);
        }
        List<Waiting> waits = turns.get(key);
        if (waits != null && now - waits.get(waits.size() - 1).nanos() > ttlNanos) {
            forgotten.add(drop(key, Set.copyOf(waits)));
        }
        empty = clears.isEmpty() && turns.isEmpty();
    }

    private int drop(SessionKey key, Set<Waiting> some) {
        List<Waiting> waits = turns.get(key);
        int dropped = 0;
        if (waits != null) {
            var left = new ArrayList<Waiting>();
            for (Waiting waiting : waits) {
                if (some.contains(waiting)) {
                    dropped++;
                    characters -= waiting.turn().text().length();
                } else {
                    left.add(waiting);
                }
            }
            count -= dropped;
            if (left.isEmpty()) {
                turns.remove(key);
            } else {
                turns.put(key, left);
            }
        }
        empty = clears.isEmpty() && turns.isEmpty();
        return dropped;
    }
}
