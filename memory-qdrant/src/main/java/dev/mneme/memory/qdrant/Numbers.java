package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.MetaValue.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is counted over all of one agent's records: exact when it was asked, and good until the agent's memory changes, one
 * of the records ends, or its time is over.
 */
final class Numbers {

    private final long count;
    private final double averageLength;
    private final long turns;
    private final List<String> speakers;
    private final long generation;
    private final Instant madeAt;
    private final Instant goodUntil;
    private final Map<String, Long> holding = new ConcurrentHashMap<>();
    private final Map<String, Set<Kind>> kinds = new ConcurrentHashMap<>();

    Numbers(
            long count,
            double averageLength,
            long turns,
            List<String> speakers,
            long generation,
            Instant madeAt,
            Instant goodUntil) {
        this.count = count;
        this.averageLength = averageLength;
        this.turns = turns;
        this.speakers = List.copyOf(speakers);
        this.generation = generation;
        this.madeAt = madeAt;
        this.goodUntil = goodUntil;
    }

    boolean isGood(long generation, Instant now) {
        return this.generation == generation && !now.isBefore(madeAt) && now.isBefore(goodUntil);
    }

    /** How many records there are. */
    long count() {
        return count;
    }

    /** How many terms a record has in the mean. */
    double averageLength() {
        return averageLength;
    }

    /** Whether any record belongs to a session. */
    boolean hasTurns() {
        return turns > 0;
    }

    /** Those who speak in the sessions. */
    List<String> speakers() {
        return speakers;
    }

    boolean knows(String term) {
        return holding.containsKey(term);
    }

    /** How many records hold the term; 0 if it was not asked. */
    long holding(String term) {
        // counted a moment after the records themselves, it may be one more than there were
        return Math.min(count, holding.getOrDefault(term, 0L));
    }

    void holding(String term, long records) {
        holding.put(term, records);
    }

    boolean knowsKinds(String metaKey) {
        return kinds.containsKey(metaKey);
    }

    /** The kinds of value under a key of the metadata. */
    Set<Kind> kinds(String metaKey) {
        return kinds.getOrDefault(metaKey, Set.of());
    }

    void kinds(String metaKey, Set<Kind> held) {
        kinds.put(metaKey, held);
    }

    /** How many things beside the first are known; so that they do not become many. */
    int size() {
        return holding.size() + kinds.size();
    }
}
