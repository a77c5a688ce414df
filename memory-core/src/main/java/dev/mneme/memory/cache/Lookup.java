package dev.mneme.memory.cache;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a cache holds for a key, and how fresh it is.
 *
 * @param <V> the values
 */
public sealed interface Lookup<V> {

    /**
     * A value.
     *
     * @param age the time since its load began, as this node can know it
     * @param stale whether it is past its time to live, or served although the far level cannot be heard
     */
    record Hit<V>(V value, Level level, Duration age, boolean stale) implements Lookup<V> {}

    /**
     * The source is known to have no value.
     *
     * @param age the time since it was asked
     * @param stale as of {@link Hit}
     */
    record Absent<V>(Level level, Duration age, boolean stale) implements Lookup<V> {}

    /** Nothing is known. */
    record Miss<V>() implements Lookup<V> {}

    /** The value; empty if it is absent or nothing is known. */
    default Optional<V> optional() {
        return this instanceof Hit<V> hit ? Optional.of(hit.value()) : Optional.empty();
    }

    /** One result from the three cases. */
    default <R> R fold(Function<? super Hit<V>, R> hit, Function<? super Absent<V>, R> absent, Supplier<R> miss) {
        if (this instanceof Hit<V> found) {
            return hit.apply(found);
        }
        return this instanceof Absent<V> none ? absent.apply(none) : miss.get();
    }
}
