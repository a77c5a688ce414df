package dev.mneme.events.stream;

import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import org.jspecify.annotations.Nullable;

/**
 * What is done with an event inside a transaction.
 *
 * @param <C> the transaction, as a {@code java.sql.Connection}
 */
@FunctionalInterface
public interface InboxWork<C extends @Nullable Object, E extends Event> {

    /**
     * @param transaction ends after this call; the work neither commits nor rolls it back
     * @throws Exception if the work is not done; then the transaction is rolled back
     */
    void run(C transaction, Envelope<E> event) throws Exception;
}
