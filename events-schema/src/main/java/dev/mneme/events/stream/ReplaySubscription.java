package dev.mneme.events.stream;

/** A listener's place in a session's replay buffer. */
public interface ReplaySubscription extends AutoCloseable {

    /** Whether signals may still come. */
    boolean isOpen();

    /** Ends it without a word to the listener: no call of it begins after this returned. Does not wait for one that runs. */
    @Override
    void close();
}
