package dev.mneme.events.stream;

import dev.mneme.events.Event;
import org.jspecify.annotations.Nullable;

/**
 * A consumer's memory of the events that it has handled: of an event that is delivered several times, only the first
 * delivery that succeeds does its work.
 *
 * <p>The id of the event is remembered in the transaction in which the work is done: either both last or neither does.
 * What the work does outside of the transaction (a mail, a call) is repeated whenever the transaction fails, or the
 * process dies before its end.
 *
 * <pre>{@code
 * events.group("indexer").subscribe(MemoryNotedV2.class,
 *         inbox.once((connection, event) -> index.add(connection, event.data())));
 * }</pre>
 *
 * @param <C> the transaction that the work gets, as a {@code java.sql.Connection}
 */
public interface Inbox<C extends @Nullable Object> {

    /**
     * A handler that begins a transaction, remembers the event in it, does the work and commits; for an event that is
     * remembered already it does nothing.
     *
     * <p>If the work throws, the transaction is rolled back and the handler throws the same: the next delivery does the
     * work. Of two deliveries at once one waits for the other, for a bounded time, and then does nothing, or the work if
     * the other failed; when the time is over it throws, and is delivered again.
     *
     * <p>Safe for use by many threads if the work is.
     */
    <E extends Event> EventHandler<E> once(InboxWork<? super C, E> work);
}
