package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Personal;
import dev.mneme.events.Priority;
import org.jspecify.annotations.Nullable;

/**
 * A request for approval has its answer.
 *
 * @param approvalId as in {@link ApprovalRequestedV1}
 * @param resolution the answer
 * @param resolvedBy the person who gave it, if one did
 */
@EventType(name = "approval.resolved", version = 1, priority = Priority.HIGH)
public record ApprovalResolvedV1(
        String approvalId,
        Resolution resolution,
        @Nullable @Personal String resolvedBy) implements Event {

    public ApprovalResolvedV1 {
        Check.notBlank(approvalId, "approvalId");
        Check.maxLength(approvalId, 256, "approvalId");
        Check.maxLength(resolvedBy, 256, "resolvedBy");
    }

    /** The answer to a request. */
    public enum Resolution {
        /** A person said yes. */
        APPROVED,
        /** A rule said yes. */
        AUTO_APPROVED,
        /** A person said no. */
        REJECTED,
        /** Nobody said anything in time, which is a no. */
        TIMED_OUT,
        /** Nobody needs an answer any more. */
        WITHDRAWN,
        /** One that a later release added. */
        UNKNOWN
    }
}
