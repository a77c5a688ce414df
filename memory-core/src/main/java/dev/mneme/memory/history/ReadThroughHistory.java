package dev.mneme.memory.history;

import static java.util.Objects.requireNonNull;

import dev.mneme.Privacy;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.history.RecentTurns.Source;
import dev.mneme.memory.history.spi.HistorySpec;
import dev.mneme.memory.history.spi.TurnStore;
import dev.mneme.memory.history.spi.TurnStore.Clearing;
import dev.mneme.memory.history.spi.TurnStore.Deleted;
import dev.mneme.memory.history.spi.TurnStore.Held;
import dev.mneme.memory.history.spi.TurnStore.Outcome;
import dev.mneme.memory.history.spi.TurnStore.Sent;
import dev.mneme.memory.history.spi.TurnStoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A history over a shared level, which may be away, and a loader, which may fail. */
final class ReadThroughHistory implements ConversationHistory {

    private static final Deleted UNKNOWN = new Deleted(0, "", "");

    private final Histories histories;
    private final HistorySpec spec;
    private final TurnStore store;
    private final @Nullable HistoryLoader loader;
    private final TokenCounter counter;
    private final Ticker ticker;
    private final HistoryCounters counters;
    private final Owed owed;
    private final PrivateTurns privates;

    ReadThroughHistory(
            Histories histories, HistoryBuilder from, HistorySpec spec, TurnStore store, HistoryCounters counters) {
        this.histories = histories;
        this.spec = spec;
        this.store = store;
        this.loader = from.loader;
        this.counter = from.counter;
        this.ticker = histories.ticker();
        this.counters = counters;
        this.owed = new Owed(ticker, spec.maxTurns(), spec.ttl(), counters.forgotten);
        this.privates = new PrivateTurns(new Conversations<>(
                () -> new PrivateTurns.State(new Conversation(spec.maxTurns(), spec.rememberedIds())),
                from.maxConversations,
                spec.ttl(),
                ticker,
                counters.evicted));
    }

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public Appended append(SessionKey key, Privacy privacy, Turn turn) {
        histories.checkOpen();
        Turn timed = turn.time().isPresent() ? turn : turn.time(histories.now());
        if (requireNonNull(privacy, "privacy") == Privacy.NONE) {
            return keepHere(key, timed);
        }
        long now = ticker.nanos();
        Owed.Batch before = owed.of(key);
        try {
            return send(key, before, timed);
        } catch (TurnStoreException e) {
            counters.storeFailures.increment();
            if (!owed.add(key, new Owed.Waiting(timed, now, before.clearing()))) {
                counters.refused.increment();
                return Appended.REFUSED;
            }
            histories.deliverSoon();
            return Appended.PENDING;
        }
    }

    private Appended keepHere(SessionKey key, Turn turn) {
        Deleted deleted = deleteShared(key);
        boolean added = privates.append(key, turn, deleted == null ? UNKNOWN : deleted);
        if (deleted == null) {
            return Appended.PENDING;
        }
        return added ? Appended.KEPT_HERE : Appended.REPEATED;
    }

    /** Before anything private is kept or told: what all nodes share goes, and what waits to go there. Null if owed. */
    private @Nullable Deleted deleteShared(SessionKey key) {
        owed.dropTurns(key);
        var clear = new Owed.Clear(newName(), ticker.nanos(), false);
        try {
            deliver(key);
            Deleted deleted = store.clear(key, new Clearing(clear.name(), Duration.ZERO, false));
            privates.heed(key, deleted);
            return deleted;
        } catch (TurnStoreException e) {
            counters.storeFailures.increment();
            owed.add(key, clear);
            histories.deliverSoon();
            return null;
        }
    }

    /** A turn, behind what waits of its conversation, in one call. */
    private Appended send(SessionKey key, Owed.Batch batch, Turn turn) {
        int waiting = batch.indexOf(turn);
        List<Sent> more = waiting < 0 ? List.of(new Sent(turn, Duration.ZERO, "")) : List.of();
        List<Outcome> outcomes = send(key, batch, more);
        return switch (outcomes.get(waiting < 0 ? outcomes.size() - 1 : waiting)) {
            case ADDED -> Appended.STORED;
            case KNOWN -> Appended.REPEATED;
            case FORGOTTEN -> Appended.FORGOTTEN;
        };
    }

    private List<Outcome> send(SessionKey key, Owed.Batch batch, List<Sent> more) {
        // one reading for all: what came after the clearing must not be older than it
        long now = ticker.nanos();
        Owed.Clear clear = batch.clear();
        if (clear != null) {
            store.clear(key, new Clearing(clear.name(), ago(clear.nanos(), now), clear.forAll()));
        }
        var sent = new ArrayList<Sent>(batch.turns().size() + 1);
        batch.turns()
                .forEach(waiting -> sent.add(new Sent(waiting.turn(), ago(waiting.nanos(), now), waiting.after())));
        sent.addAll(more);
        List<Outcome> outcomes = sent.isEmpty() ? List.of() : store.append(key, sent);
        owed.done(key, batch);
        outcomes.forEach(this::count);
        return outcomes;
    }

    private void count(Outcome outcome) {
        switch (outcome) {
            case ADDED -> counters.stored.increment();
            case KNOWN -> counters.repeated.increment();
            case FORGOTTEN -> counters.forgotten.increment();
        }
    }

    /** More than zero, which means at once. */
    private static Duration ago(long nanos, long now) {
        return Duration.ofNanos(Math.max(1, now - nanos));
    }

    private static String newName() {
        return UUID.randomUUID().toString();
    }

    /** Sends what waits of a conversation. */
    private void deliver(SessionKey key) {
        Owed.Batch batch = owed.of(key);
        if (!batch.isEmpty()) {
            send(key, batch, List.of());
        }
    }

    @Override
    public RecentTurns recent(SessionKey key, Privacy privacy, TurnBudget budget) {
        histories.checkOpen();
        requireNonNull(budget, "budget");
        RecentTurns turns = requireNonNull(privacy, "privacy") == Privacy.NONE
                ? recentHere(key)
                : recentShared(key, Math.min(budget.messages(), spec.maxTurns()));
        return turns.within(budget, counter);
    }

    private RecentTurns recentHere(SessionKey key) {
        deleteShared(key);
        if (loader == null) {
            return new RecentTurns(privates.turns(key), Source.HERE, "");
        }
        Loaded loaded = load(key);
        return joined(loaded, privates.turns(key), Source.HERE, loaded.failure());
    }

    private RecentTurns recentShared(SessionKey key, int newest) {
        Held held;
        try {
            deliver(key);
            held = store.recent(key, newest);
        } catch (TurnStoreException e) {
            counters.storeFailures.increment();
            return withoutStore(key, String.valueOf(e.getMessage()));
        }
        if (loader == null || held.whole()) {
            counters.hits.increment();
            return new RecentTurns(held.turns(), Source.STORE, "");
        }
        Loaded loaded = load(key);
        return loaded.turns() == null
                ? new RecentTurns(held.turns(), Source.STORE, loaded.failure())
                : writtenBack(key, held, loaded);
    }

    private RecentTurns withoutStore(SessionKey key, String reason) {
        List<Turn> waiting =
                owed.of(key).turns().stream().map(Owed.Waiting::turn).toList();
        if (loader == null) {
            return new RecentTurns(waiting, Source.HERE, reason);
        }
        Loaded loaded = load(key);
        return joined(loaded, waiting, Source.HERE, loaded.turns() == null ? reason + "; " + loaded.failure() : reason);
    }

    private RecentTurns writtenBack(SessionKey key, Held before, Loaded loaded) {
        List<Turn> held = before.turns();
        try {
            Held after = store.writeBack(key, before.fence(), loaded.orEmpty());
            held = after.turns();
            if (after.whole()) {
                return new RecentTurns(held, Source.LOADER, "");
            }
        } catch (TurnStoreException e) {
            counters.storeFailures.increment();
        }
        return joined(loaded, held, Source.STORE, "");
    }

    private RecentTurns joined(Loaded loaded, List<Turn> held, Source withoutLoader, String reason) {
        List<Turn> all = Turns.last(Turns.merge(loaded.orEmpty(), held), spec.maxTurns());
        return new RecentTurns(all, loaded.turns() == null ? withoutLoader : Source.LOADER, reason);
    }

    /** What the loader gave, or why it gave nothing. */
    private record Loaded(@Nullable List<Turn> turns, String failure) {

        List<Turn> orEmpty() {
            return turns == null ? List.of() : turns;
        }
    }

    private Loaded load(SessionKey key) {
        try {
            List<Turn> turns = requireNonNull(loader).load(key, spec.maxTurns());
            Loaded loaded = new Loaded(Turns.distinct(turns, spec.maxTurns()), "");
            counters.loads.increment();
            return loaded;
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            counters.failedLoads.increment();
            // not its message, which may hold what was said
            return new Loaded(null, "the loader failed: " + e.getClass().getSimpleName());
        }
    }

    @Override
    public boolean writeBack(SessionKey key, Privacy privacy, List<Turn> turns) {
        histories.checkOpen();
        if (requireNonNull(privacy, "privacy") == Privacy.NONE) {
            deleteShared(key);
            return false;
        }
        try {
            deliver(key);
            return store.writeBack(key, "", Turns.distinct(turns, spec.maxTurns()))
                    .whole();
        } catch (TurnStoreException e) {
            counters.storeFailures.increment();
            return false;
        }
    }

    @Override
    public Cleared clear(SessionKey key) {
        histories.checkOpen();
        privates.remove(key);
        Owed.Batch before = owed.of(key);
        owed.dropTurns(key);
        var clear = new Owed.Clear(newName(), ticker.nanos(), true);
        try {
            store.clear(key, new Clearing(clear.name(), Duration.ZERO, true));
            owed.done(key, before);
            return Cleared.DONE;
        } catch (TurnStoreException e) {
            counters.storeFailures.increment();
            owed.add(key, clear);
            histories.deliverSoon();
            return Cleared.PENDING;
        }
    }

    @Override
    public HistoryStats stats() {
        return counters.stats(owed.count(), privates.count() + store.conversationsHere());
    }

    // ---- for the histories of a memory

    /** Forgets what this process holds of a tenant; how many turns. */
    long eraseHere(Tenant tenant) {
        return owed.dropTurns(tenant) + privates.erase(tenant);
    }

    /**
     * Sends what waits.
     *
     * @throws TurnStoreException if some could not be sent, which waits on
     */
    void deliverWhile(BooleanSupplier goOn) {
        for (SessionKey key : owed.keys()) {
            if (!goOn.getAsBoolean()) {
                return;
            }
            try {
                deliver(key);
            } catch (TurnStoreException e) {
                counters.storeFailures.increment();
                throw e;
            }
        }
    }
}
