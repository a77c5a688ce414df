package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Interaction;
import java.time.Instant;

/**
 * A record as {@link Upkeep} looks at it.
 *
 * @param facts what is known of it, its time set; text and vector may be left out
 * @param lastUsed when a search last returned it, to the millisecond; its time if none did, or uses are not noted
 */
public record Held(Interaction facts, Instant lastUsed) {

    /** A record that no search has returned yet. */
    public static Held unused(Interaction facts) {
        return new Held(facts, timeOf(facts));
    }

    String id() {
        return facts.id();
    }

    Instant time() {
        return timeOf(facts);
    }

    /** The later of its time and its last use. */
    Instant freshest() {
        return lastUsed.isAfter(time()) ? lastUsed : time();
    }

    private static Instant timeOf(Interaction facts) {
        return facts.time().orElseThrow();
    }
}
