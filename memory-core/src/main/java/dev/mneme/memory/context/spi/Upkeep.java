package dev.mneme.memory.context.spi;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.ContextStats;
import dev.mneme.memory.context.ContextStats.Outcomes;
import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.EvictionPolicy;
import dev.mneme.memory.context.FillAlert;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.PinnedLimitException;
import dev.mneme.memory.context.Prune;
import dev.mneme.memory.context.StoreStats;
import dev.mneme.memory.context.StoreStats.BytesKind;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a store in bounds, decided alike for all stores: which records go by the limits or by a prune, what the numbers
 * of an agent are, and when a listener is told. A store gives the facts and deletes by ids.
 *
 * <p>Waits for nothing, and calls no code of the host on the caller's thread. Safe to share between threads; one a store.
 */
public final class Upkeep implements AutoCloseable {

    private final Limits limits;
    private final Duplicates duplicates;
    private final Eviction eviction;
    private final FillAlerts alerts;
    private final LongAdder evicted = new LongAdder();
    private final LongAdder pruned = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder merged = new LongAdder();

    /** @param onAlert called on a thread of its own, one alert after the other; nobody is told if it is null */
    public Upkeep(Limits limits, Duplicates duplicates, @Nullable Consumer<FillAlert> onAlert) {
        this.limits = limits;
        this.duplicates = duplicates;
        this.eviction = new Eviction(limits);
        this.alerts = new FillAlerts(limits, onAlert);
    }

    public Limits limits() {
        return limits;
    }

    public Duplicates duplicates() {
        return duplicates;
    }

    /** Whether the store must remember when searches last returned a record. */
    public boolean notesUses() {
        return limits.maxRecords().isPresent() && limits.policy() != EvictionPolicy.OLDEST;
    }

    /** How many records must go if an agent has so many; 0 while the limit is kept. */
    public int surplus(long count) {
        return eviction.surplus(count);
    }

    /**
     * The ids of the records that go by the limits, the first to go first; fewer than the {@linkplain #surplus surplus} if the
     * rest is pinned.
     *
     * @param records all of the agent
     */
    public List<String> victims(Collection<Held> records, Instant now) {
        return victims(records, surplus(records.size()), now);
    }

    /**
     * As {@link #victims(Collection, Instant)}, for a store that knows better which may go than to read them all.
     *
     * @param records at least so many of the agent that the {@code surplus} first to go are among them; the oldest, if the
     *     policy is {@link EvictionPolicy#OLDEST}
     */
    public List<String> victims(Collection<Held> records, int surplus, Instant now) {
        return eviction.victims(records, surplus, now);
    }

    /**
     * Refuses an add by which pinned records alone would be more than the limit.
     *
     * @param before how many pinned ones there are
     * @param after how many there would be
     * @throws PinnedLimitException if so
     */
    public void checkPinned(long before, long after) {
        int max = limits.maxRecords().orElse(Integer.MAX_VALUE);
        if (after > max && after > before) {
            throw new PinnedLimitException(after, max);
        }
    }

    /**
     * What a prune takes.
     *
     * @param records all of the agent; the filter's metadata kinds must have been {@linkplain Intake#checkKinds checked}
     */
    public Selection select(Prune prune, Collection<Held> records, Instant now) {
        return Selection.of(prune, records, now, limits.halfLife());
    }

    /**
     * The numbers of an agent.
     *
     * @param facts of all its records
     * @param bytes the sum of their {@link RecordSize#of}
     */
    public ContextStats stats(Collection<Interaction> facts, long bytes) {
        var byType = new HashMap<String, Outcomes>();
        Outcomes all = new Outcomes(0, 0, 0);
        int pinned = 0;
        Instant oldest = Instant.MAX;
        Instant newest = Instant.MIN;
        for (Interaction one : facts) {
            Outcomes outcome = outcome(one);
            all = sum(all, outcome);
            byType.merge(one.type(), outcome, Upkeep::sum);
            pinned += one.isPinned() ? 1 : 0;
            Instant time = one.time().orElseThrow();
            oldest = time.isBefore(oldest) ? time : oldest;
            newest = time.isAfter(newest) ? time : newest;
        }
        boolean isEmpty = facts.isEmpty();
        return new ContextStats(
                facts.size(),
                pinned,
                bytes,
                all,
                largest(byType),
                isEmpty ? Optional.empty() : Optional.of(oldest),
                isEmpty ? Optional.empty() : Optional.of(newest),
                fillRatio(facts.size()));
    }

    private OptionalDouble fillRatio(int count) {
        return limits.maxRecords().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of((double) count / limits.maxRecords().getAsInt());
    }

    private static Map<String, Outcomes> largest(Map<String, Outcomes> byType) {
        if (byType.size() <= ContextStats.MAX_TYPES) {
            return byType;
        }
        Map<String, Outcomes> largest = new LinkedHashMap<>();
        byType.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Outcomes> type) ->
                                type.getValue().records())
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(ContextStats.MAX_TYPES)
                .forEach(type -> largest.put(type.getKey(), type.getValue()));
        return largest;
    }

    private static Outcomes outcome(Interaction one) {
        boolean succeeded = one.success().orElse(false);
        return new Outcomes(1, succeeded ? 1 : 0, one.success().isPresent() && !succeeded ? 1 : 0);
    }

    private static Outcomes sum(Outcomes one, Outcomes other) {
        return new Outcomes(
                one.records() + other.records(), one.succeeded() + other.succeeded(), one.failed() + other.failed());
    }

    /** Notes how many records an agent has; to be called after each change, under what keeps its changes in order. */
    public void counted(AgentKey agent, long records) {
        alerts.counted(agent, records);
    }

    /** Notes what became of a batch that was written. */
    public void added(Additions additions) {
        evicted.add(additions.evicted());
        skipped.add(additions.skipped());
        merged.add(additions.merged());
    }

    /** Notes that a prune removed so many records. */
    public void pruned(long records) {
        pruned.add(records);
    }

    /** The numbers of the store: what is counted here, and what it knows of itself. */
    public StoreStats storeStats(long records, long bytes, BytesKind bytesKind) {
        return new StoreStats(
                records,
                bytes,
                bytesKind,
                evicted.sum(),
                pruned.sum(),
                skipped.sum(),
                merged.sum(),
                alerts.agents(),
                alerts.dropped());
    }

    /** Takes no more alerts; those that wait are still told. Does not wait for the listener. */
    @Override
    public void close() {
        alerts.close();
    }
}
