package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.bus.ContextCarrier.Captured;
import dev.mneme.bus.Publication.Missed;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A name under which messages go to all agents that subscribed to it. Each takes the message as a task of its own, or rejects
 * it, by its own limits; none waits for another or learns of its failure. Safe for use by many threads.
 *
 * <pre>{@code
 * Topic<NoteStored> stored = bus.topic("note.stored", NoteStored.class);
 * stored.subscribe(indexer);
 * stored.subscribe(summarizer);
 * stored.publish(note, Submit.by(tenant)).missed().forEach(missed -> ...);
 * }</pre>
 *
 * <p>What a subscriber rejects, or takes and does not do, is a {@link DeadLetter}. A deregistered agent is subscribed no more.
 *
 * @param <E> what is published
 */
public final class Topic<E> {

    /** The most agents that may subscribe to one topic. */
    public static final int MAX_SUBSCRIBERS = 10_000;

    private final String name;
    private final Class<E> type;
    private final Parts parts;
    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder missed = new LongAdder();
    /** Written under the lock. */
    private volatile List<AgentRef<? super E, ?>> subscribers = List.of();

    Topic(String name, Class<E> type, Parts parts) {
        this.name = name;
        this.type = type;
        this.parts = parts;
    }

    public String name() {
        return name;
    }

    /** What is published. */
    public Class<E> type() {
        return type;
    }

    /** The names of the agents that are subscribed, in the order in which they came. */
    public List<String> subscribers() {
        return subscribers.stream().map(AgentRef::name).toList();
    }

    /**
     * Has the agent given everything that is published from now on.
     *
     * @throws IllegalArgumentException if the agent is of another bus or subscribed already, or there are
     *     {@value #MAX_SUBSCRIBERS} subscribers
     */
    public void subscribe(AgentRef<? super E, ?> agent) {
        agent.mailbox().requireOf(parts);
        lock.lock();
        try {
            if (subscribers.stream().anyMatch(other -> other.mailbox() == agent.mailbox())) {
                throw new IllegalArgumentException(
                        "an agent must be subscribed once, " + agent.name() + " is subscribed to " + name);
            }
            if (subscribers.size() >= MAX_SUBSCRIBERS) {
                throw new IllegalArgumentException(
                        "there must be at most " + MAX_SUBSCRIBERS + " subscribers, and are");
            }
            List<AgentRef<? super E, ?>> more = new ArrayList<>(subscribers);
            more.add(agent);
            subscribers = List.copyOf(more);
        } finally {
            lock.unlock();
        }
    }

    /** Has the agent given nothing more; what it took stays. False if it was not subscribed. */
    public boolean unsubscribe(AgentRef<?, ?> agent) {
        return remove(agent.mailbox());
    }

    /** Publishes for the host itself; see {@link #publish(Object, Submit)}. */
    public Publication publish(E message) {
        return publish(message, Submit.byHost());
    }

    /**
     * Gives the message to every agent that is subscribed now; never waits, and runs no handler on the calling thread. The
     * same object goes to all, so it should be immutable.
     *
     * @param how holds for each of the tasks; the diagnostic context and the {@code Deadline} of the calling thread go with
     *     them too
     */
    public Publication publish(E message, Submit how) {
        requireNonNull(message, "message");
        requireNonNull(how, "how");
        Captured context = parts.carrier().capture();
        List<TaskHandle<?>> took = new ArrayList<>();
        List<Missed> not = new ArrayList<>();
        for (AgentRef<? super E, ?> agent : subscribers) {
            agent.submit(message, how, Origin.topic(name, context))
                    .handle(took::add, no -> not.add(new Missed(agent.name(), no.reason(), no.retryAfter())));
        }
        accepted.add(took.size());
        missed.add(not.size());
        return new Publication(name, took, not);
    }

    boolean remove(Mailbox agent) {
        lock.lock();
        try {
            List<AgentRef<? super E, ?>> left = new ArrayList<>(subscribers);
            boolean removed = left.removeIf(other -> other.mailbox() == agent);
            subscribers = List.copyOf(left);
            return removed;
        } finally {
            lock.unlock();
        }
    }

    long accepted() {
        return accepted.sum();
    }

    long missed() {
        return missed.sum();
    }

    @Override
    public String toString() {
        return "Topic " + name;
    }
}
