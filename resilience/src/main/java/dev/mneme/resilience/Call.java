package dev.mneme.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A call to something outside of this process.
 *
 * @param <T> what it answers; may be null
 * @param <X> the checked exception it may throw; inferred as {@link RuntimeException} for a lambda that throws none
 */
@FunctionalInterface
public interface Call<T extends @Nullable Object, X extends Exception> {

    /**
     * Makes the call once; it may be called again by a retry, so it must not reuse what an earlier attempt consumed.
     *
     * @throws X if the call failed
     */
    T call() throws X;
}
