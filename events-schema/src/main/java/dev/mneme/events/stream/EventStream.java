package dev.mneme.events.stream;

import dev.mneme.Erasable;
import dev.mneme.events.Envelope;
import java.util.List;
import java.util.function.Predicate;

/**
 * A log of events that groups of consumers work through.
 *
 * <pre>{@code
 * events.group("indexer").maxConcurrency(8).maxDeliveries(5)
 *         .subscribe(MemoryNotedV2.class, event -> index.add(event.data()));
 * events.publish(Envelope.of(new MemoryNotedV2(...)).key(agentId).source("/chat").session(session));
 * }</pre>
 *
 * <p>Every group gets every event at least once; a repetition carries the same event id. How events are ordered, spread
 * over priorities and given up is said at {@link ConsumerGroup}.
 *
 * <p>Safe for use by many threads. Handlers run on threads of the stream, under no lock.
 */
public interface EventStream extends Erasable, AutoCloseable {

    /**
     * Appends an event; once this returns, every group will get it. May wait for a server, for a bounded time.
     *
     * @throws StreamFullException if it was not stored, for lack of room
     * @throws StreamUnreachableException if it is not known whether it was stored
     * @throws IllegalArgumentException if it is larger than the stream takes
     * @throws IllegalStateException if the stream is closed, or the envelope lacks a source or a tenant
     */
    void publish(Envelope<?> event);

    /** The door for a relay, which appends to this stream. */
    EventSink sink();

    /**
     * A group of consumers, to be given handlers and subscribed.
     *
     * @param name 1 to 80 printable ASCII characters, from a host's own small set
     * @throws IllegalArgumentException if the name breaks this rule
     */
    ConsumerGroup group(String name);

    /**
     * What a group has given up, oldest first; none for a group that the stream does not know.
     *
     * @param limit the most to be returned; 1 to 10,000
     */
    List<DeadLetter> deadLetters(String group, int limit);

    /**
     * Gives those dead letters back to their group, and to no other: same event id, deliveries counted anew, in place of
     * events that entered the stream when they did or, if the stream does not keep places, as if they entered it now.
     *
     * @param which asked once for each dead letter of the group, under no lock
     * @return how many were given back
     * @throws StreamUnreachableException if it is not known which were; then redrive again
     */
    int redrive(String group, Predicate<? super DeadLetter> which);

    /**
     * Drops those dead letters for good.
     *
     * @param which asked once for each dead letter of the group, under no lock
     * @return how many were dropped
     * @throws StreamUnreachableException if it is not known which were; then discard again
     */
    int discard(String group, Predicate<? super DeadLetter> which);

    /** What the stream and its groups hold now, for operators. */
    StreamReport monitor();

    /**
     * Takes no more events and closes all subscriptions made here, each as {@link Subscription#close} does, all at once;
     * so it waits for at most the longest {@code drainFor}. A second call does nothing.
     */
    @Override
    void close();
}
