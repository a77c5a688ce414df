package dev.mneme.outbox;

import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which of the dead events are meant: all, or those that fit everything that is said. Immutable.
 *
 * @param ids their event ids; empty for any
 * @param topic the name of their type, in which {@code *} stands for any characters
 * @param storedFrom published at this time or later, by the database's clock
 * @param storedBefore published before this time
 */
public record DeadSelection(
        Set<UUID> ids,
        String topic,
        @Nullable Instant storedFrom,
        @Nullable Instant storedBefore) {

    /** The most ids of a selection. */
    public static final int MAX_IDS = 10_000;

    /**
     * @throws IllegalArgumentException if there are too many ids, or the topic has characters that no topic has
     */
    public DeadSelection {
        ids = Set.copyOf(ids);
        Limits.between("the number of ids", ids.size(), 0, MAX_IDS);
        Topics.Glob.of(topic);
    }

    public static DeadSelection all() {
        return new DeadSelection(Set.of(), "*", null, null);
    }

    /**
     * Those with these event ids.
     *
     * @throws IllegalArgumentException if there is none, which would mean all
     */
    public DeadSelection ids(Collection<UUID> ids) {
        Limits.between("the number of ids", ids.size(), 1, MAX_IDS);
        return new DeadSelection(Set.copyOf(ids), topic, storedFrom, storedBefore);
    }

    public DeadSelection topic(String topic) {
        return new DeadSelection(ids, topic, storedFrom, storedBefore);
    }

    public DeadSelection storedFrom(Instant storedFrom) {
        return new DeadSelection(ids, topic, storedFrom, storedBefore);
    }

    public DeadSelection storedBefore(Instant storedBefore) {
        return new DeadSelection(ids, topic, storedFrom, storedBefore);
    }
}
