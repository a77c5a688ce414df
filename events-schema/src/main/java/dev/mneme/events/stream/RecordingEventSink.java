package dev.mneme.events.stream;

import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.Delivery.Outcome;
import dev.mneme.events.stream.LaneFences.Appended;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A sink for tests: it keeps what it is given, by the same rule as a real one, and fails in the ways real ones do when it
 * is told to.
 *
 * <pre>{@code
 * var sink = new RecordingEventSink();
 * sink.loseNextAnswer();
 * relayOf(outbox, sink).runOnce();
 * assertThat(sink.delivered()).hasSize(1);
 * }</pre>
 *
 * <p>Holds at most {@value #CAPACITY} events, later ones are not tried. Safe for use by many threads; never waits.
 */
public final class RecordingEventSink implements EventSink {

    /** The most events it holds. */
    public static final int CAPACITY = 100_000;

    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private final LaneFences fences = new LaneFences();
    private final List<EncodedEvent> delivered = new ArrayList<>();
    private Predicate<? super EncodedEvent> rejectedIf = event -> false;
    private boolean unreachable;
    private boolean answerLost;

    /** Rejects events of this kind from now on. */
    public void rejectIf(Predicate<? super EncodedEvent> kind) {
        lock.lock();
        try {
            rejectedIf = kind;
        } finally {
            lock.unlock();
        }
    }

    /** Does nothing but throw from now on, or works again. */
    public void unreachable(boolean unreachable) {
        lock.lock();
        try {
            this.unreachable = unreachable;
        } finally {
            lock.unlock();
        }
    }

    /** Does what the next call asks, and throws instead of answering. */
    public void loseNextAnswer() {
        lock.lock();
        try {
            answerLost = true;
        } finally {
            lock.unlock();
        }
    }

    /** All that was delivered, in its order. */
    public List<EncodedEvent> delivered() {
        lock.lock();
        try {
            return List.copyOf(delivered);
        } finally {
            lock.unlock();
        }
    }

    /** What was delivered of one type, decoded; events that this codec does not know are left out. */
    public <E extends Event> List<Envelope<E>> delivered(Class<E> type, EventCodec codec) {
        return delivered().stream()
                .flatMap(event -> codec.decode(event.bytes())
                        .fold(
                                known -> known.envelope().as(type).stream(),
                                unknown -> Stream.<Envelope<E>>empty(),
                                malformed -> Stream.<Envelope<E>>empty()))
                .toList();
    }

    @Override
    public Delivery deliver(EventBatch batch) {
        Set<UUID> rejected = rejectedOf(batch);
        lock.lock();
        try {
            checkReachable();
            Delivery answer = fences.deliver(batch, event -> append(event, rejected));
            loseAnswerIfTold();
            return answer;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Resumption resume(String source, int lane, Fence fence) {
        lock.lock();
        try {
            checkReachable();
            Resumption answer = fences.resume(source, lane, fence);
            loseAnswerIfTold();
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private Set<UUID> rejectedOf(EventBatch batch) {
        Predicate<? super EncodedEvent> kind;
        lock.lock();
        try {
            kind = rejectedIf;
        } finally {
            lock.unlock();
        }
        return batch.events().stream().filter(kind).map(EncodedEvent::id).collect(Collectors.toSet());
    }

    private Appended append(EncodedEvent event, Set<UUID> rejected) {
        if (rejected.contains(event.id())) {
            return new Appended(Outcome.REJECTED, "the sink was told to reject it");
        }
        if (delivered.size() >= CAPACITY) {
            return new Appended(Outcome.NOT_TRIED, "the sink is full");
        }
        delivered.add(event);
        return Appended.DONE;
    }

    private void checkReachable() {
        if (unreachable) {
            throw new StreamUnreachableException("recording", null);
        }
    }

    private void loseAnswerIfTold() {
        if (answerLost) {
            answerLost = false;
            throw new StreamUnreachableException("recording", null);
        }
    }
}
