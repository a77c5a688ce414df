package dev.mneme.events.stream;

/**
 * A listener of one session, such as a connection to a browser.
 *
 * <p>Called on threads of the buffer (virtual ones where the JDK has them), under no lock, one signal at a time and in
 * order. It may block; while it does, its signals wait, and nobody else's do. Whoever falls too far behind, or hangs, is
 * dropped: it is told {@link ReplaySignal.End} when it returns, and interrupted if it does not.
 */
@FunctionalInterface
public interface ReplaySubscriber {

    /**
     * @throws Exception if the listener is gone; then the subscription is over and nothing more is said to it
     */
    void receive(ReplaySignal signal) throws Exception;
}
