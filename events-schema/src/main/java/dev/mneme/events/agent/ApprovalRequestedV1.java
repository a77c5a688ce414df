package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Personal;
import dev.mneme.events.Priority;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something waits for a person's yes or no.
 *
 * @param approvalId unique
 * @param taskId the task that waits, if one does
 * @param risk how much may go wrong
 * @param question what is to be approved
 * @param expiresAt when it is taken for a no
 */
@EventType(name = "approval.requested", version = 1, priority = Priority.HIGH)
public record ApprovalRequestedV1(
        String approvalId,
        @Nullable String taskId,
        Risk risk,
        @Personal String question,
        Instant expiresAt) implements Event {

    public ApprovalRequestedV1 {
        Check.notBlank(approvalId, "approvalId");
        Check.maxLength(approvalId, 256, "approvalId");
        Check.maxLength(taskId, 256, "taskId");
        Check.maxLength(question, 65_536, "question");
    }

    /** How much may go wrong. */
    public enum Risk {
        /** Little. */
        LOW,
        /** Something that takes work to undo. */
        MEDIUM,
        /** Something that cannot be undone. */
        HIGH,
        /** One that a later release added. */
        UNKNOWN
    }
}
