package dev.mneme.resilience.health;

import java.util.List;

/**
 * How a host's components stopped, in the order of stopping.
 *
 * @param components those that had been started
 */
public record StopReport(List<Stopped> components) {

    public StopReport {
        components = List.copyOf(components);
    }

    /** Whether every component stopped in time and without a failure. */
    public boolean clean() {
        return components.stream().allMatch(each -> each.outcome() == Outcome.STOPPED);
    }

    /**
     * How one component stopped.
     *
     * @param name the component's name
     * @param outcome how it went
     */
    public record Stopped(String name, Outcome outcome) {}

    /** How a stop went. */
    public enum Outcome {
        /** It stopped. */
        STOPPED,
        /** Its {@code stop} threw. */
        FAILED,
        /** Its {@code stop} had not returned when its time was over; it was interrupted, and may still run. */
        TIMED_OUT,
        /** It was not come to before the time was over; it may be stopped yet. */
        NOT_REACHED
    }
}
