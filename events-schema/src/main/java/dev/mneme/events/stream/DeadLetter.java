package dev.mneme.events.stream;

import java.time.Instant;

/**
 * An event that a group has given up, kept until it is redriven, discarded or erased.
 *
 * @param group whose dead letter it is; other groups have handled the event or will
 * @param event the event as it came
 * @param reason why it was given up
 * @param deliveries how often it had been delivered
 * @param diedAt when it was given up
 */
public record DeadLetter(String group, EncodedEvent event, Reason reason, int deliveries, Instant diedAt) {

    /** Why an event was given up. */
    public enum Reason {
        /** Its handler threw, as often as the group allows. */
        FAILED,
        /** This node could not read its type or version: redrive it after an upgrade. */
        UNKNOWN,
        /** Its bytes are no event. */
        MALFORMED
    }
}
