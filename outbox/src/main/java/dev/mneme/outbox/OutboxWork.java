package dev.mneme.outbox;

import org.jspecify.annotations.Nullable;

/**
 * What is done in a transaction that {@link Outbox#inTransaction} began.
 *
 * @param <T> its result
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface OutboxWork<T extends @Nullable Object, X extends Exception> {

    /**
     * @param transaction ends after this call
     * @throws X to have the transaction rolled back
     */
    T run(OutboxTransaction transaction) throws X;
}
