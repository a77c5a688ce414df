package dev.mneme.events.stream;

import static java.util.Objects.requireNonNull;

import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.spi.EventDispatch;
import java.time.Duration;
import java.util.function.Function;

/**
 * A group of consumers and how it takes its events: each event of the stream goes to one consumer of each group.
 *
 * <p>Immutable; every method that takes a setting returns another one. The group exists in the stream from its first
 * {@link #subscribe}, and from then on the stream keeps for it what it has not handled.
 *
 * <p><b>Order.</b> With one subscription and {@code maxConcurrency} 1, events with the same key and priority are handled
 * in the order in which they entered the stream: an event that failed holds back the later ones of its key until it is
 * handled or a dead letter. With more of either there is no order.
 *
 * <p><b>Priorities.</b> While all four have events waiting, of 15 deliveries 8 are CRITICAL, 4 HIGH, 2 NORMAL, 1 LOW.
 *
 * <p><b>Types.</b> All subscriptions of a group must handle the same events, with the same settings: an event that a
 * subscription has no handler for is acknowledged by it and counted as skipped. An event that this node cannot read is
 * treated as the codec says: skipped, parked as a dead letter until after an upgrade, or nothing passes it.
 */
public final class ConsumerGroup {

    /** Where a group begins that the stream does not know yet; to one that it knows this means nothing. */
    public enum Start {
        /** With the oldest event that the stream still holds. */
        OLDEST,
        /** With what enters the stream from now on. */
        NOW
    }

    private static final int MAX_CONCURRENCY = 1_000;
    private static final int MAX_DELIVERIES = 1_000;

    private final String name;
    private final Function<? super ConsumerGroup, ? extends Subscription> subscriber;
    private final EventDispatch dispatch;
    private final int maxConcurrency;
    private final int maxDeliveries;
    private final Duration retryAfter;
    private final Duration drainFor;
    private final Start start;

    private ConsumerGroup(
            String name,
            Function<? super ConsumerGroup, ? extends Subscription> subscriber,
            EventDispatch dispatch,
            int maxConcurrency,
            int maxDeliveries,
            Duration retryAfter,
            Duration drainFor,
            Start start) {
        this.name = name;
        this.subscriber = subscriber;
        this.dispatch = dispatch;
        this.maxConcurrency = maxConcurrency;
        this.maxDeliveries = maxDeliveries;
        this.retryAfter = retryAfter;
        this.drainFor = drainFor;
        this.start = start;
    }

    /**
     * A group with the default settings, for those who implement a stream.
     *
     * @param name 1 to 80 printable ASCII characters
     * @param subscriber begins to consume; called by {@link #subscribe}
     * @throws IllegalArgumentException if the name breaks this rule
     */
    public static ConsumerGroup of(
            String name, EventCodec codec, Function<? super ConsumerGroup, ? extends Subscription> subscriber) {
        Names.check("a group's name", name);
        requireNonNull(subscriber, "subscriber");
        return new ConsumerGroup(
                name,
                subscriber,
                EventDispatch.of(codec),
                1,
                5,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Start.OLDEST);
    }

    /**
     * With so many handlers running at once in each subscription; 1 by default.
     *
     * @throws IllegalArgumentException if it is not 1 to 1,000
     */
    public ConsumerGroup maxConcurrency(int maxConcurrency) {
        Limits.between("maxConcurrency", maxConcurrency, 1, MAX_CONCURRENCY);
        return new ConsumerGroup(
                name, subscriber, dispatch, maxConcurrency, maxDeliveries, retryAfter, drainFor, start);
    }

    /**
     * With so many deliveries of one event; the last that fails makes it a dead letter; 5 by default.
     *
     * @throws IllegalArgumentException if it is not 1 to 1,000
     */
    public ConsumerGroup maxDeliveries(int maxDeliveries) {
        Limits.between("maxDeliveries", maxDeliveries, 1, MAX_DELIVERIES);
        return new ConsumerGroup(
                name, subscriber, dispatch, maxConcurrency, maxDeliveries, retryAfter, drainFor, start);
    }

    /**
     * With such a wait, at least, before the second delivery of an event; each further wait is twice the one before, up
     * to 32 times the first; 1 s by default.
     *
     * @throws IllegalArgumentException if it is not more than zero
     */
    public ConsumerGroup retryAfter(Duration retryAfter) {
        Limits.positive("retryAfter", retryAfter);
        return new ConsumerGroup(
                name, subscriber, dispatch, maxConcurrency, maxDeliveries, retryAfter, drainFor, start);
    }

    /**
     * With so much time for running handlers when a subscription is closed; 10 s by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public ConsumerGroup drainFor(Duration drainFor) {
        Limits.notNegative("drainFor", drainFor);
        return new ConsumerGroup(
                name, subscriber, dispatch, maxConcurrency, maxDeliveries, retryAfter, drainFor, start);
    }

    /** With another place to begin if the group is new; {@link Start#OLDEST} by default. */
    public ConsumerGroup startAt(Start start) {
        requireNonNull(start, "start");
        return new ConsumerGroup(
                name, subscriber, dispatch, maxConcurrency, maxDeliveries, retryAfter, drainFor, start);
    }

    /**
     * With a handler for the events of one type.
     *
     * @param type the newest version of the event that the stream's codec knows; older ones arrive as this one. Deliveries
     *     to a handler of another version fail
     * @throws IllegalArgumentException if the type is no event, or its event has a handler already
     */
    public <E extends Event> ConsumerGroup on(Class<E> type, EventHandler<E> handler) {
        return new ConsumerGroup(
                name,
                subscriber,
                dispatch.with(type, handler),
                maxConcurrency,
                maxDeliveries,
                retryAfter,
                drainFor,
                start);
    }

    /**
     * Begins to consume.
     *
     * @throws IllegalArgumentException if there is no handler, or the group has a subscription in this process with other
     *     settings or other types
     * @throws IllegalStateException if the stream is closed
     */
    public Subscription subscribe() {
        if (dispatch.types().isEmpty()) {
            throw new IllegalArgumentException("a subscription must have at least one handler, had none");
        }
        return subscriber.apply(this);
    }

    /** {@link #on} and {@link #subscribe()} in one. */
    public <E extends Event> Subscription subscribe(Class<E> type, EventHandler<E> handler) {
        return on(type, handler).subscribe();
    }

    public String name() {
        return name;
    }

    public int maxConcurrency() {
        return maxConcurrency;
    }

    public int maxDeliveries() {
        return maxDeliveries;
    }

    public Duration retryAfter() {
        return retryAfter;
    }

    /** The least wait after a failed delivery. */
    public Duration waitAfter(int deliveries) {
        return retryAfter.multipliedBy(1L << Math.min(5, deliveries - 1));
    }

    public Duration drainFor() {
        return drainFor;
    }

    public Start startAt() {
        return start;
    }

    /** The group's handlers, for those who implement a stream. */
    public EventDispatch dispatch() {
        return dispatch;
    }

    /** Whether the other one consumes the same events in the same way; where to begin and handlers may differ. */
    boolean consumesLike(ConsumerGroup other) {
        return name.equals(other.name)
                && maxConcurrency == other.maxConcurrency
                && maxDeliveries == other.maxDeliveries
                && retryAfter.equals(other.retryAfter)
                && dispatch.types().equals(other.dispatch.types());
    }
}
