package dev.mneme.events;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The rules that a record's constructor states through {@link Check}, by component.
 *
 * <p>They are found by running the constructor once while the checks note what they were asked instead of checking.
 */
final class Rules {

    static final String NOT_BLANK = "notBlank";
    static final String MAX_LENGTH = "maxLength";
    static final String MAX_SIZE = "maxSize";
    static final String MIN = "min";
    static final String MAX = "max";

    private static final ThreadLocal<@Nullable Rules> LISTENING = new ThreadLocal<>();

    /** How many threads listen; a check looks at its thread only if there is any. */
    private static final AtomicInteger LISTENERS = new AtomicInteger();

    private final Map<String, Map<String, Long>> byComponent = new TreeMap<>();

    /** The rules that are stated while the action runs, whatever it throws. */
    static Rules statedBy(Runnable action) {
        var rules = new Rules();
        LISTENERS.incrementAndGet();
        LISTENING.set(rules);
        try {
            action.run();
        } catch (RuntimeException e) {
            // a condition of the record's own did not like the probe: what was stated before it stands
        } finally {
            LISTENING.remove();
            LISTENERS.decrementAndGet();
        }
        return rules;
    }

    /** Whether this thread only notes rules; then the rule is noted. */
    static boolean noted(String name, String rule, long bound) {
        if (LISTENERS.getPlain() == 0) {
            return false;
        }
        Rules rules = LISTENING.get();
        if (rules == null) {
            return false;
        }
        rules.byComponent.computeIfAbsent(name, key -> new TreeMap<>()).put(rule, bound);
        return true;
    }

    /** What holds for a component: rule to bound, sorted by rule. */
    Map<String, Long> of(String component) {
        return byComponent.getOrDefault(component, Map.of());
    }

    static int compare(Number value, long bound) {
        if (value instanceof Integer || value instanceof Long) {
            return Long.compare(value.longValue(), bound);
        }
        if (value instanceof Double number) {
            return Double.compare(number, (double) bound);
        }
        return new BigDecimal(value.toString()).compareTo(BigDecimal.valueOf(bound));
    }
}
