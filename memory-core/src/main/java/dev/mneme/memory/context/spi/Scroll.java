package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.Interaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * One page of a memory, the oldest interactions first; the same in every store.
 *
 * <p>Made by offering all that is known of the records, in any order and without their texts. Not safe to share between
 * threads.
 */
public final class Scroll {

    private static final Comparator<Interaction> OLDEST_FIRST =
            Comparator.comparing(Scroll::timeOf).thenComparing(Interaction::id);

    private final Optional<Interaction> after;
    private final int limit;
    private final PriorityQueue<Interaction> latestFirst = new PriorityQueue<>(OLDEST_FIRST.reversed());

    /**
     * @param after what the page begins behind; empty for the first page
     * @throws IllegalArgumentException as {@link AgentContext#scroll(Interaction, int)}
     */
    public Scroll(Optional<Interaction> after, int limit) {
        checkLimit(limit);
        after.ifPresent(Scroll::timeOf);
        this.after = after;
        this.limit = limit;
    }

    /**
     * @throws IllegalArgumentException if it is not from 1 to {@value AgentContext#MAX_BATCH}
     */
    public static void checkLimit(int limit) {
        if (limit < 1 || limit > AgentContext.MAX_BATCH) {
            throw new IllegalArgumentException("limit must be from 1 to " + AgentContext.MAX_BATCH + ", was " + limit);
        }
    }

    /** Keeps the interaction, which has a time, if it belongs on the page by what was offered so far. */
    public void offer(Interaction interaction) {
        if (after.isPresent() && OLDEST_FIRST.compare(interaction, after.get()) <= 0) {
            return;
        }
        if (latestFirst.size() == limit && OLDEST_FIRST.compare(interaction, latestFirst.element()) >= 0) {
            return;
        }
        latestFirst.add(interaction);
        if (latestFirst.size() > limit) {
            latestFirst.remove();
        }
    }

    /** What was kept, in order. */
    public List<Interaction> page() {
        var page = new ArrayList<>(latestFirst);
        page.sort(OLDEST_FIRST);
        return page;
    }

    private static Instant timeOf(Interaction interaction) {
        return interaction
                .time()
                .orElseThrow(() ->
                        new IllegalArgumentException("an interaction to scroll behind must have a time, had none"));
    }
}
