package dev.mneme.events;

/**
 * One step from a version of an event to the next.
 *
 * <p>It runs on the thread that decodes, must not block, and must give the same answer for the same data. What it throws
 * makes the event {@link Decoded.Malformed}.
 */
@FunctionalInterface
public interface Upcaster {

    /**
     * The data in the form of the next version.
     *
     * @param data the data as it was sent; the step may change it and return it
     */
    EventNode upcast(EventNode data);
}
