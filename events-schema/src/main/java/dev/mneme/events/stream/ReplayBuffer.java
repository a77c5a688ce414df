package dev.mneme.events.stream;

import dev.mneme.Erasable;
import dev.mneme.SessionKey;
import dev.mneme.events.Envelope;

/**
 * The last events of each session, for listeners that come and go: a listener that reconnects with the id of the last
 * event it got continues as if it had never been away, or is told that it cannot.
 *
 * <pre>{@code
 * buffer.attach(session, ReplayStart.afterOrOldest(request.header("Last-Event-ID")),
 *         signal -> connection.write(ReplayFormat.SSE.encode(signal)))
 *     .handle(attached -> connection.onClose(attached.subscription()::close),
 *             refused -> connection.close(503));
 * }</pre>
 *
 * <p>For each session the buffer keeps a window: the last 100 events, and none longer than 5 minutes, unless it was built
 * with other limits. Within it a listener gets every event once and in order, and the ids say so: they have no gap.
 * Beyond it, and whenever the buffer cannot know (the session was forgotten meanwhile, the id is from another
 * incarnation, from the future, or no id), it gets a {@link ReplaySignal.Gap} first and then what the window holds. After 30 seconds
 * without a signal it gets a heartbeat.
 *
 * <p>Sessions are apart: what one says reaches the listeners of the same {@link SessionKey} only.
 *
 * <p>Safe for use by many threads. A buffer may hold events that its store loses with a crash; listeners then get a gap.
 */
public interface ReplayBuffer extends Erasable, AutoCloseable {

    /**
     * Appends an event to the window of its session and gives it to the session's listeners, whom this does not wait for.
     *
     * @return the event's place
     * @throws IllegalArgumentException if the envelope has no session, or is larger than the buffer takes
     * @throws ReplayBufferFullException if there is no room
     * @throws StreamUnreachableException if it is not known whether it was appended
     * @throws IllegalStateException if the buffer is closed
     */
    ReplayId append(Envelope<?> event);

    /**
     * Attaches a listener to a session, which need not have begun.
     *
     * @throws StreamUnreachableException if the buffer's store cannot be asked
     */
    Attachment attach(SessionKey session, ReplayStart start, ReplaySubscriber subscriber);

    /** What the buffer holds and has done, for operators. */
    ReplayReport monitor();

    /**
     * Takes no more events and listeners, gives the listeners what waits for them and {@link ReplaySignal.End}, and waits for
     * that for a bounded time, which the implementation states; then those that hang are interrupted. A second call does
     * nothing.
     */
    @Override
    void close();
}
