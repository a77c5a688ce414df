package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * Who of a topic's subscribers took a message, and who did not.
 *
 * @param topic the topic's name
 * @param accepted a task of each subscriber that took it, in the order in which they subscribed
 * @param missed those that did not take it
 */
public record Publication(String topic, List<TaskHandle<?>> accepted, List<Missed> missed) {

    public Publication {
        requireNonNull(topic, "topic");
        accepted = List.copyOf(accepted);
        missed = List.copyOf(missed);
    }

    /** Whether every subscriber took it; also if there was none. */
    public boolean isComplete() {
        return missed.isEmpty();
    }

    /**
     * A subscriber that did not take it.
     *
     * @param agent its name
     * @param retryAfter as in {@link Submission.Rejected}
     */
    public record Missed(String agent, RejectReason reason, Duration retryAfter) {

        public Missed {
            requireNonNull(agent, "agent");
            requireNonNull(reason, "reason");
            requireNonNull(retryAfter, "retryAfter");
        }
    }
}
