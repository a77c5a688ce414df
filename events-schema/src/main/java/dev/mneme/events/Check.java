package dev.mneme.events;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules for the components of an event, to be stated in the record's compact constructor.
 *
 * <p>Use these instead of hand-written conditions: the {@link EventCatalogue} shows them and the {@link SchemaLock}
 * notices when one becomes tighter, which it cannot do for code of your own. A component that is null passes; whether it
 * may be is said by {@code @Nullable}. There is no rule about the present moment on purpose: events are decoded long
 * after they happened.
 *
 * <p>Each throws {@link IllegalArgumentException} with the component's name, the rule, and the length or number found;
 * never with text that came in.
 */
public final class Check {

    private Check() {}

    /** The text has at least one character that is not white space. */
    public static void notBlank(@Nullable String value, String name) {
        if (Rules.noted(name, Rules.NOT_BLANK, 0)) {
            return;
        }
        if (value != null && value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank, had " + value.length() + " characters");
        }
    }

    /** The text has at most {@code max} characters (UTF-16 units). */
    public static void maxLength(@Nullable String value, int max, String name) {
        if (Rules.noted(name, Rules.MAX_LENGTH, max)) {
            return;
        }
        if (value != null && value.length() > max) {
            throw new IllegalArgumentException(
                    name + " must have at most " + max + " characters, had " + value.length());
        }
    }

    /** The list has at most {@code max} elements. */
    public static void maxSize(@Nullable Collection<?> value, int max, String name) {
        if (Rules.noted(name, Rules.MAX_SIZE, max)) {
            return;
        }
        if (value != null && value.size() > max) {
            throw new IllegalArgumentException(name + " must have at most " + max + " elements, had " + value.size());
        }
    }

    /** The map has at most {@code max} entries. */
    public static void maxSize(@Nullable Map<?, ?> value, int max, String name) {
        maxSize(value == null ? null : value.keySet(), max, name);
    }

    /** The number is {@code min} or more. */
    public static void atLeast(@Nullable Number value, long min, String name) {
        if (Rules.noted(name, Rules.MIN, min)) {
            return;
        }
        if (value != null && Rules.compare(value, min) < 0) {
            throw new IllegalArgumentException(name + " must be at least " + min + ", was " + value);
        }
    }

    /** The number is {@code max} or less. */
    public static void atMost(@Nullable Number value, long max, String name) {
        if (Rules.noted(name, Rules.MAX, max)) {
            return;
        }
        if (value != null && Rules.compare(value, max) > 0) {
            throw new IllegalArgumentException(name + " must be at most " + max + ", was " + value);
        }
    }
}
