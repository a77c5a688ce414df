package dev.mneme.memory.redis.stream;

import dev.mneme.events.Priority;
import java.util.List;

/** How priorities are numbered in Redis: 1 to 4 from CRITICAL to LOW, in keys, arguments and answers. */
final class Ranks {

    static final List<Priority> ALL = List.of(Priority.CRITICAL, Priority.HIGH, Priority.NORMAL, Priority.LOW);

    private Ranks() {}

    static int of(Priority priority) {
        return switch (priority) {
            case CRITICAL -> 1;
            case HIGH -> 2;
            case NORMAL -> 3;
            case LOW -> 4;
        };
    }

    static Priority priority(int rank) {
        return ALL.get(rank - 1);
    }

    /** What an answer has for a priority, which lists all four. */
    static Object in(List<?> answer, Priority priority) {
        return answer.get(of(priority) - 1);
    }
}
