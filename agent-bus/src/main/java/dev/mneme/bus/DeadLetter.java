package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that an agent was told to do, by {@link AgentRef#tell} or through a {@link Topic}, and that was not done.
 *
 * @param agent whose task it was, or would have been
 * @param topic through which it came; null if through none
 * @param taskId null if it was not accepted
 * @param input what the agent was given, or would have been
 * @param submit how it was submitted
 * @param reason why it was not done
 * @param rejection why it was not accepted; null if it was
 * @param cause what the handler threw last, or a {@link TaskTimedOutException}; null for the other reasons
 * @param attempts how often it was tried
 * @param diedAt when it was given up
 */
public record DeadLetter(
        String agent,
        @Nullable String topic,
        @Nullable String taskId,
        Object input,
        Submit submit,
        Reason reason,
        @Nullable RejectReason rejection,
        @Nullable Throwable cause,
        int attempts,
        Instant diedAt) {

    /** Why something was not done. */
    public enum Reason {
        /** The agent did not accept it. */
        REJECTED,
        /** The last attempt failed. */
        FAILED,
        /** Its deadline passed. */
        TIMED_OUT,
        /** Its agent, or the bus, was drained and it had not ended in time. */
        SHUTDOWN
    }

    public DeadLetter {
        requireNonNull(agent, "agent");
        requireNonNull(input, "input");
        requireNonNull(submit, "submit");
        requireNonNull(reason, "reason");
        requireNonNull(diedAt, "diedAt");
    }

    /** Agent, topic, task and reason; never the input. */
    @Override
    public String toString() {
        return "DeadLetter of " + agent
                + (topic == null ? "" : " by topic " + topic)
                + (taskId == null ? "" : ", task " + taskId)
                + ": " + reason + (rejection == null ? "" : " (" + rejection + ")");
    }
}
