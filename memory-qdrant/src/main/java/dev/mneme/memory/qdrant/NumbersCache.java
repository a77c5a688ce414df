package dev.mneme.memory.qdrant;

import static dev.mneme.memory.qdrant.Calls.What.READ;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.MetaValue.Kind;
import dev.mneme.memory.qdrant.Calls.Ask;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.CountResponse;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.FacetResponse;
import io.qdrant.client.grpc.Points.ScrollResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Numbers} of the agents asked last, at most {@value #MAX_AGENTS} of them. What this store changes is seen at
 * once; what another process changes, when the numbers' time is over.
 */
final class NumbersCache {

    /** So many agents' numbers are kept; those used longest ago go first. */
    private static final int MAX_AGENTS = 1_000;

    /** So many terms and keys are kept of an agent; with more they are asked anew. */
    private static final int MAX_KNOWN = 10_000;

    /** Lengths of records, and speakers, of which there may be more than are asked for. */
    private static final int MAX_VALUES = 10_000;

    private static final int STRIPES = 1_024;

    private final StoredPoints points;
    private final Calls calls;
    private final Duration goodFor;
    private final AtomicLongArray generations = new AtomicLongArray(STRIPES);
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<AgentKey, Numbers> cached = new LinkedHashMap<>(16, 0.75f, true);

    NumbersCache(StoredPoints points, Calls calls, Duration goodFor) {
        this.points = points;
        this.calls = calls;
        this.goodFor = goodFor;
    }

    /** Told before an agent's memory is changed, and again afterwards. */
    void changes(AgentKey agent) {
        generations.incrementAndGet(stripe(agent));
    }

    /** Told before the memory of many is changed, and again afterwards. */
    void changesMany() {
        for (int i = 0; i < STRIPES; i++) {
            generations.incrementAndGet(i);
        }
    }

    private static int stripe(AgentKey agent) {
        return Math.floorMod(agent.hashCode(), STRIPES);
    }

    /**
     * An agent's numbers, with what is asked of terms and keys; one round trip for each 32 things that are not known, none
     * if all are.
     *
     * @param mine the agent's records that have not ended
     */
    Numbers get(AgentKey agent, Filter mine, Instant now, Set<String> terms, Set<String> metaKeys) {
        long generation = generations.get(stripe(agent));
        Numbers known = find(agent);
        boolean isGood = known != null
                && known.isGood(generation, now)
                && known.size() + terms.size() + metaKeys.size() <= MAX_KNOWN;
        Numbers numbers = isGood && known != null ? known : null;
        var newTerms = terms.stream()
                .filter(term -> numbers == null || !numbers.knows(term))
                .toList();
        var newKeys = metaKeys.stream()
                .filter(key -> numbers == null || !numbers.knowsKinds(key))
                .toList();
        var asks = new ArrayList<Ask<?, ?>>();
        if (numbers == null) {
            asks.add(points.faceting(mine, Schema.LENGTH, MAX_VALUES));
            Filter turns = mine.toBuilder()
                    .addMustNot(Conditions.isEmpty(Schema.SESSION))
                    .build();
            asks.add(points.counting(turns));
            asks.add(points.faceting(turns, Schema.SPEAKER, MAX_VALUES));
            asks.add(points.endingFirst(mine));
        }
        newTerms.forEach(term -> asks.add(points.counting(and(mine, Schema.TERMS, SparseWords.written(term)))));
        for (String key : newKeys) {
            for (Kind kind : Kind.values()) {
                asks.add(points.counting(and(mine, Schema.FACTS, Facts.held(kind, key))));
            }
        }
        if (asks.isEmpty() && numbers != null) {
            return numbers;
        }
        var answers = calls.<Object>together(READ, asks).iterator();
        Numbers all = numbers;
        if (all == null) {
            all = numbers(
                    (FacetResponse) answers.next(),
                    (CountResponse) answers.next(),
                    (FacetResponse) answers.next(),
                    (ScrollResponse) answers.next(),
                    generation,
                    now);
        }
        for (String term : newTerms) {
            all.holding(term, ((CountResponse) answers.next()).getResult().getCount());
        }
        for (String key : newKeys) {
            Set<Kind> kinds = EnumSet.noneOf(Kind.class);
            for (Kind kind : Kind.values()) {
                if (((CountResponse) answers.next()).getResult().getCount() > 0) {
                    kinds.add(kind);
                }
            }
            all.kinds(key, kinds);
        }
        keep(agent, all);
        return all;
    }

    private static Filter and(Filter mine, String field, String keyword) {
        return mine.toBuilder().addMust(Conditions.is(field, keyword)).build();
    }

    private Numbers numbers(
            FacetResponse lengths,
            CountResponse turns,
            FacetResponse speakers,
            ScrollResponse endingFirst,
            long generation,
            Instant now) {
        long records = 0;
        long terms = 0;
        for (FacetHit hit : lengths.getHitsList()) {
            records += hit.getCount();
            terms += hit.getCount() * hit.getValue().getIntegerValue();
        }
        List<String> names = speakers.getHitsList().stream()
                .map(hit -> hit.getValue().getStringValue())
                .toList();
        Instant goodUntil = now.plus(goodFor);
        if (endingFirst.getResultCount() > 0) {
            double ends = endingFirst
                    .getResult(0)
                    .getPayloadMap()
                    .getOrDefault(Schema.ENDS, Value.getDefaultInstance())
                    .getDoubleValue();
            if (ends < goodUntil.toEpochMilli()) {
                goodUntil = Instant.ofEpochMilli((long) ends);
            }
        }
        return new Numbers(
                records,
                records == 0 ? 0 : (double) terms / records,
                turns.getResult().getCount(),
                names,
                generation,
                now,
                goodUntil);
    }

    private @Nullable Numbers find(AgentKey agent) {
        lock.lock();
        try {
            return cached.get(agent);
        } finally {
            lock.unlock();
        }
    }

    private void keep(AgentKey agent, Numbers numbers) {
        lock.lock();
        try {
            cached.put(agent, numbers);
            if (cached.size() > MAX_AGENTS) {
                cached.remove(cached.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }
}
