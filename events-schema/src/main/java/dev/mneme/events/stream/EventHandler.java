package dev.mneme.events.stream;

import dev.mneme.events.Envelope;
import dev.mneme.events.Event;

/**
 * What a group does with an event.
 *
 * <p>To return is to acknowledge; to throw is to have the event delivered again, later and at most so often as the group
 * says. An event may come more than once though its handler returned, always under the same id: a handler whose work is
 * not naturally repeatable is wrapped by an {@link Inbox}.
 *
 * <p>Called on a thread of the stream (a virtual one where the JDK has them), under no lock, by several threads at once
 * if the group's {@code maxConcurrency} is above 1. It is interrupted when the subscription is closed and its time to
 * finish is over.
 */
@FunctionalInterface
public interface EventHandler<E extends Event> {

    /**
     * @throws Exception if the event was not handled; the exception's message is kept nowhere, since it may hold user data
     */
    void handle(Envelope<E> event) throws Exception;
}
