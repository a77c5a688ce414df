package dev.mneme.memory.history;

import static java.util.Objects.requireNonNull;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.history.spi.HistorySpec;
import dev.mneme.memory.history.spi.TurnStore;
import dev.mneme.memory.history.spi.TurnStoreException;
import dev.mneme.memory.history.spi.TurnStores;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The histories of one memory, over the same shared level or in this process alone. For those who implement {@code Memory};
 * users are given histories by their memory.
 *
 * <p>What waits for the shared level is sent by one daemon thread, again and again at growing intervals of at most two
 * seconds until it is there; without anything that waits, nothing runs.
 */
public final class Histories implements Erasable, AutoCloseable {

    private static final Duration USUAL_TTL = Duration.ofMinutes(20);
    private static final Duration LAST_TRY = Duration.ofSeconds(1);
    private static final long FIRST_DELAY_MILLIS = 50;
    private static final long MAX_DELAY_MILLIS = 2_000;

    private final MemorySettings settings;
    private final Ticker ticker;
    private final InstantSource clock;
    private final @Nullable TurnStores shared;
    private final LocalTurnStores local;
    private final Map<String, ReadThroughHistory> byName = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor delivering;
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile long delayMillis = FIRST_DELAY_MILLIS;
    private volatile boolean closed;

    private Histories(MemorySettings settings, Ticker ticker, InstantSource clock, @Nullable TurnStores shared) {
        this.settings = requireNonNull(settings, "settings");
        this.ticker = requireNonNull(ticker, "ticker");
        this.clock = clock;
        this.shared = shared;
        this.local = new LocalTurnStores(ticker);
        this.delivering = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "mneme-history");
            thread.setDaemon(true);
            return thread;
        });
        delivering.setKeepAliveTime(10, TimeUnit.SECONDS);
        delivering.allowCoreThreadTimeOut(true);
    }

    /** Histories of one process alone. */
    public static Histories local(MemorySettings settings, Ticker ticker) {
        return new Histories(settings, ticker, InstantSource.system(), null);
    }

    /** Histories over a level that all nodes share, which is not closed with them. */
    public static Histories over(MemorySettings settings, Ticker ticker, TurnStores shared) {
        return new Histories(settings, ticker, InstantSource.system(), requireNonNull(shared, "shared"));
    }

    /**
     * Begins a history.
     *
     * @param name unique in the memory, and the same on all nodes
     */
    public HistoryBuilder history(String name) {
        return new HistoryBuilder(this, name, settings.ttl("recent-history", USUAL_TTL));
    }

    ConversationHistory add(HistoryBuilder builder) {
        checkOpen();
        HistorySpec spec = builder.spec();
        var counters = new HistoryCounters();
        if (byName.containsKey(spec.name())) {
            throw taken(spec.name());
        }
        TurnStore store =
                shared == null ? local.open(spec, builder.maxConversations, counters.evicted) : shared.open(spec);
        var history = new ReadThroughHistory(this, builder, spec, store, counters);
        if (byName.putIfAbsent(spec.name(), history) != null) {
            throw taken(spec.name());
        }
        return history;
    }

    private static IllegalStateException taken(String name) {
        return new IllegalStateException("a memory must have one history of a name, has " + name + " already");
    }

    /** What each history did so far, by name. */
    public Map<String, HistoryStats> stats() {
        var stats = new TreeMap<String, HistoryStats>();
        byName.forEach((name, history) -> stats.put(name, history.stats()));
        return stats;
    }

    /**
     * Erases the turns of a tenant, those that wait or are private in this process among them. Those that wait or are
     * private on other nodes are let go by these at the next call, and before they are sent.
     */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        checkOpen();
        long turns = 0;
        for (ReadThroughHistory history : byName.values()) {
            turns += history.eraseHere(tenant);
        }
        turns += shared == null ? local.erase(tenant) : shared.erase(tenant);
        return new ErasureReceipt("history", tenant, turns);
    }

    /** Tries for about a second to send what waits, until the first call that fails. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        delivering.shutdownNow();
        long end = ticker.nanos() + LAST_TRY.toNanos();
        try {
            byName.values().forEach(history -> history.deliverWhile(() -> ticker.nanos() - end < 0));
        } catch (TurnStoreException e) {
            // the counts of the history say so
        }
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the memory must be open, was closed");
        }
    }

    Ticker ticker() {
        return ticker;
    }

    Instant now() {
        return clock.instant();
    }

    /** Something waits. */
    void deliverSoon() {
        if (due.compareAndSet(false, true)) {
            try {
                var unused = delivering.schedule(this::deliver, delayMillis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // closed: it was tried a last time
            }
        }
    }

    private void deliver() {
        due.set(false);
        try {
            byName.values().forEach(history -> history.deliverWhile(() -> !closed));
            delayMillis = FIRST_DELAY_MILLIS;
        } catch (TurnStoreException e) {
            delayMillis = Math.min(MAX_DELAY_MILLIS, delayMillis * 2);
            deliverSoon();
        }
    }
}
