package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;
import java.time.Instant;

/**
 * A request for approval will soon be taken for a no.
 *
 * @param approvalId as in {@link ApprovalRequestedV1}
 * @param expiresAt when
 */
@EventType(name = "approval.expiring", version = 1, priority = Priority.HIGH)
public record ApprovalExpiringV1(String approvalId, Instant expiresAt) implements Event {

    public ApprovalExpiringV1 {
        Check.notBlank(approvalId, "approvalId");
        Check.maxLength(approvalId, 256, "approvalId");
    }
}
