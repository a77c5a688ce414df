package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.stream.EventHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a task of each event that a group of an event stream delivers, and acknowledges the event when the task has completed:
 * so what another host's outbox or bus published is worked on by an agent of this one.
 *
 * <pre>{@code
 * events.group("indexer").maxConcurrency(8)
 *         .on(NoteStoredV2.class, TaskPerEvent.of(indexer))              // an AgentRef<NoteStoredV2, ?>
 *         .on(NoteErasedV1.class, TaskPerEvent.of(eraser, event -> event.data().noteId()))
 *         .subscribe();
 * }</pre>
 *
 * <p>The task is of the event's tenant and session, and has its priority and its key. If it ends otherwise than completed, the
 * delivery has failed: the event comes again, as the group says, and after its last delivery is a dead letter of the group. So
 * the agent's retry and the group's deliveries multiply. If the agent has no room, the handler waits for it, up to the agent's
 * {@code timeout}, without using up a delivery. One group for each agent keeps them from waiting for each other.
 *
 * <p>At least once: an event comes again under the same id though its task completed, if the process ends before the stream has
 * noted that. Work that is not naturally repeatable asks an {@code Inbox}.
 *
 * <p>Each call holds a thread of the stream until the task has ended; the group's {@code maxConcurrency} bounds how many. When the
 * subscription is closed, and its time is over, the task is cancelled, and the event goes to another consumer.
 *
 * @param <E> the event
 */
public final class TaskPerEvent<E extends Event> implements EventHandler<E> {

    private static final long LONGEST_SLEEP_MILLIS = 1_000;

    /** Submits what is made of an event to one agent. */
    @FunctionalInterface
    private interface Door<E extends Event> {

        Submission<?> submit(Envelope<E> event, Submit how);
    }

    private final Door<E> door;
    private final Duration timeout;
    private final Ticker ticker;

    private TaskPerEvent(AgentRef<?, ?> agent, Door<E> door) {
        this.door = door;
        this.timeout = agent.spec().timeout;
        this.ticker = agent.mailbox().parts().ticker();
    }

    /** Gives the event itself to the agent. */
    public static <E extends Event> TaskPerEvent<E> of(AgentRef<? super E, ?> agent) {
        return new TaskPerEvent<>(agent, (event, how) -> agent.submit(event.data(), how));
    }

    /**
     * Gives to the agent what the function makes of the event; with {@code event -> event} the whole envelope, for an agent that
     * publishes events {@code causedBy} it.
     *
     * @param input not null; what it throws fails the delivery
     */
    public static <E extends Event, I> TaskPerEvent<E> of(
            AgentRef<I, ?> agent, Function<? super Envelope<E>, ? extends I> input) {
        requireNonNull(input, "input");
        return new TaskPerEvent<>(agent, (event, how) -> agent.submit(input.apply(event), how));
    }

    /**
     * Returns when the task has completed.
     *
     * @throws TaskFailedException if it ended otherwise
     * @throws SubmissionRejectedException if there was no room in the agent's timeout, or the bus or the agent is drained
     * @throws InterruptedException if the thread was interrupted; the task was cancelled
     */
    @Override
    public void handle(Envelope<E> event) throws InterruptedException {
        TaskHandle<?> task = submit(event);
        Optional<? extends Outcome<?>> outcome = task.awaitOutcome(timeout);
        while (outcome.isEmpty()) {
            if (Thread.interrupted()) {
                task.cancel();
                throw new InterruptedException("the event is not handled: its task was cancelled");
            }
            outcome = task.awaitOutcome(timeout);
        }
        outcome.get().get();
    }

    private TaskHandle<?> submit(Envelope<E> event) throws InterruptedException {
        Submit how = howTo(event);
        long began = ticker.nanos();
        Submission<?> answer = door.submit(event, how);
        while (answer instanceof Submission.Rejected<?> no
                && isFull(no.reason())
                && ticker.nanos() - began < timeout.toNanos()) {
            Thread.sleep(Math.min(no.retryAfter().toMillis(), LONGEST_SLEEP_MILLIS));
            answer = door.submit(event, how);
        }
        return answer.orThrow();
    }

    /** The event's tenant, session, priority and key. */
    static Submit howTo(Envelope<?> event) {
        Submit how = event.session()
                .map(session -> Submit.byHost().session(session))
                .orElseGet(() -> Submit.by(event.tenant()))
                .priority(event.priority());
        return event.key().map(how::key).orElse(how);
    }

    private static boolean isFull(RejectReason reason) {
        return reason == RejectReason.QUEUE_FULL || reason == RejectReason.TENANT_FULL;
    }
}
