package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The data of an event as a tree of names and values, for an {@link Upcaster} to turn into the next version's form.
 *
 * <p>Values are {@code String}, {@code Boolean}, {@code Long}, {@link BigInteger} (what does not fit a {@code Long}),
 * {@link BigDecimal} (all numbers with a fraction or an exponent, exactly as written), {@code EventNode}, {@code List}
 * of these, or null. What is put in may also be an {@code Integer}, a {@code Double} or an {@code Enum}. Methods change
 * this node and return it. Not safe for several threads; it lives as long as one decode.
 */
public final class EventNode {

    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    EventNode() {}

    /** A node without names, to be put into another. */
    public static EventNode create() {
        return new EventNode();
    }

    /** Whether the name is there, if only with null. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The value of the name; null if there is none or if it is null. */
    public @Nullable Object value(String name) {
        return values.get(name);
    }

    /** The names, in the order of their arrival. */
    public Set<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /**
     * The node of that name, to go on in.
     *
     * @throws IllegalArgumentException if there is none
     */
    public EventNode node(String name) {
        if (values.get(name) instanceof EventNode node) {
            return node;
        }
        throw new IllegalArgumentException(name + " must be an object, is none");
    }

    /**
     * Gives a value another name. If the old name is not there, nothing happens.
     *
     * @throws IllegalArgumentException if the new name is there with another value: an event that holds both does not
     *     say which of them it means
     */
    public EventNode rename(String from, String to) {
        return move(from, this, to);
    }

    /**
     * Moves a value to a name in another node of the same tree; as {@link #rename} else.
     *
     * @throws IllegalArgumentException if the new name is there with another value, or {@code target} is the value
     *     itself
     */
    public EventNode move(String from, EventNode target, String to) {
        requireNonNull(target, "target");
        if (!values.containsKey(from) || (isThis(target) && from.equals(to))) {
            return this;
        }
        Object value = values.get(from);
        if (value instanceof EventNode node && target.isThis(node)) {
            throw new IllegalArgumentException(from + " must not be moved into itself");
        }
        if (target.values.containsKey(to) && !java.util.Objects.equals(target.values.get(to), value)) {
            throw new IllegalArgumentException(to + " must be absent or have the value of " + from + ", has another");
        }
        values.remove(from);
        target.values.put(to, value);
        return this;
    }

    /** Puts a value in the place of any that is there. */
    public EventNode put(String name, @Nullable Object value) {
        values.put(requireNonNull(name, "name"), normal(value));
        return this;
    }

    /** Puts a value if the name is not there; null counts as there. */
    public EventNode putIfAbsent(String name, @Nullable Object value) {
        return values.containsKey(name) ? this : put(name, value);
    }

    /** Removes a name, if it is there. */
    public EventNode remove(String name) {
        values.remove(name);
        return this;
    }

    /** Replaces the value of a name by what the function makes of it; absent and null values are left alone. */
    public EventNode mapValue(String name, UnaryOperator<Object> function) {
        Object value = values.get(name);
        return value == null ? this : put(name, function.apply(value));
    }

    /** Puts a value that was just read and needs no check. */
    void read(String name, @Nullable Object value) {
        values.put(name, value);
    }

    @SuppressWarnings("ReferenceEquality") // two nodes may be equal and yet stand in different places
    private boolean isThis(EventNode other) {
        return this == other;
    }

    private static @Nullable Object normal(@Nullable Object value) {
        if (value == null
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof BigInteger
                || value instanceof BigDecimal
                || value instanceof EventNode) {
            return value;
        }
        if (value instanceof Integer number) {
            return number.longValue();
        }
        if (value instanceof Double number) {
            return BigDecimal.valueOf(number);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof List<?> list) {
            var values = new ArrayList<@Nullable Object>(list.size());
            list.forEach(each -> values.add(normal(each)));
            return values;
        }
        throw new IllegalArgumentException("a value must be a text, a number, a truth, a node, a list or null, was a "
                + value.getClass().getSimpleName());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventNode that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** The names; never the values. */
    @Override
    public String toString() {
        return "EventNode" + values.keySet();
    }
}
