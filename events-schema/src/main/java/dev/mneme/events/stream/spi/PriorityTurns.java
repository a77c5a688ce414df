package dev.mneme.events.stream.spi;

import dev.mneme.events.Priority;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is among the four priorities: of any 15 turns in a row CRITICAL gets 8, HIGH 4, NORMAL 2 and LOW 1 while
 * all of them have events waiting. A priority with nothing waiting leaves its turns to the others in the same
 * proportion; none starves.
 *
 * <p>Smooth weighted round robin, so that the turns of one priority are spread and not in a row. Not safe for use by
 * several threads at once.
 */
public final class PriorityTurns {

    private final Map<Priority, Integer> credits = new EnumMap<>(Priority.class);

    /** The turns that a priority gets of 15: 8, 4, 2 or 1. */
    public static int weight(Priority priority) {
        return switch (priority) {
            case CRITICAL -> 8;
            case HIGH -> 4;
            case NORMAL -> 2;
            case LOW -> 1;
        };
    }

    /**
     * The priority whose turn it is, which takes the turn; null if none has anything waiting.
     *
     * @param waiting whether a priority has something waiting; asked once for each
     */
    public @Nullable Priority next(Predicate<Priority> waiting) {
        Priority chosen = null;
        int most = 0;
        int all = 0;
        for (Priority priority : Priority.values()) {
            if (!waiting.test(priority)) {
                // what it saved up before would let it overtake in a burst when it comes back
                credits.remove(priority);
                continue;
            }
            int credit = credits.merge(priority, weight(priority), Integer::sum);
            all += weight(priority);
            if (chosen == null || credit > most) {
                chosen = priority;
                most = credit;
            }
        }
        if (chosen != null) {
            credits.merge(chosen, -all, Integer::sum);
        }
        return chosen;
    }
}
