package dev.mneme.memory.lucene;

import java.time.Duration;
import java.util.Optional;

/** When a change of a {@link LuceneContextStore} is on disk. */
public final class Durability {

    private static final Durability STRICT = new Durability(Optional.empty());

    private final Optional<Duration> interval;

    private Durability(Optional<Duration> interval) {
        this.interval = interval;
    }

    /** A call that changes the memory returns when the change is on disk; the default. */
    public static Durability strict() {
        return STRICT;
    }

    /**
     * Calls do not wait for the disk: changes are synced together, at latest {@code interval} after the first of them was
     * written. What a sync takes comes on top.
     *
     * <p>If the process dies, nothing is lost. If the machine dies, the changes since the last sync may be: the latest ones,
     * with none before them missing. If a sync fails, the store stops, and what was acknowledged since the sync before it
     * may be lost too. {@code close()} and {@code erase} leave nothing unsynced.
     *
     * @param interval from a millisecond to a minute
     * @throws IllegalArgumentException if the interval is out of range
     */
    public static Durability every(Duration interval) {
        if (interval.compareTo(Duration.ofMillis(1)) < 0 || interval.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("interval must be from PT0.001S to PT1M, was " + interval);
        }
        return new Durability(Optional.of(interval));
    }

    /** The longest that a change waits for its sync; empty if the caller waits for it. */
    Optional<Duration> interval() {
        return interval;
    }

    @Override
    public String toString() {
        return interval.map(every -> "every " + every).orElse("strict");
    }
}
