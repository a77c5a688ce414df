package dev.mneme.events.stream;

/** A group's consumer in this process: it takes events until it is closed. */
public interface Subscription extends AutoCloseable {

    /** The group's name. */
    String group();

    /**
     * Takes no more events and waits for the handlers that run, for at most the group's {@code drainFor}; then they are
     * interrupted and not waited for. What they have not finished goes to another consumer of the group, or waits for
     * one. May be called from a handler, which is not waited for. A second call does nothing.
     */
    @Override
    void close();
}
