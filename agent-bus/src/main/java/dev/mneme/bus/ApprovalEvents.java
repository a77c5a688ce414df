package dev.mneme.bus;

import dev.mneme.events.Event;
import dev.mneme.events.agent.ApprovalExpiringV1;
import dev.mneme.events.agent.ApprovalRequestedV1;
import dev.mneme.events.agent.ApprovalRequestedV1.Risk;
import dev.mneme.events.agent.ApprovalResolvedV1;
import dev.mneme.events.agent.ApprovalResolvedV1.Resolution;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.memory.coordination.ApprovalState;
import org.jspecify.annotations.Nullable;

/** Requests for approval in the words of the events that all hosts have. */
final class ApprovalEvents {

    private ApprovalEvents() {}

    static Event requested(ApprovalRecord record, @Nullable String taskId) {
        return new ApprovalRequestedV1(
                record.id(),
                taskId,
                risk(record.request().risk()),
                record.request().question(),
                record.expiresAt());
    }

    static Event expiring(ApprovalRecord record) {
        return new ApprovalExpiringV1(record.id(), record.expiresAt());
    }

    static Event resolved(ApprovalRecord record) {
        String by = record.decidedBy();
        return new ApprovalResolvedV1(record.id(), resolution(record.state()), by.isEmpty() ? null : by);
    }

    private static Risk risk(ApprovalRisk risk) {
        return switch (risk) {
            case LOW -> Risk.LOW;
            case MEDIUM -> Risk.MEDIUM;
            case HIGH -> Risk.HIGH;
        };
    }

    private static Resolution resolution(ApprovalState state) {
        return switch (state) {
            case APPROVED -> Resolution.APPROVED;
            case AUTO_APPROVED -> Resolution.AUTO_APPROVED;
            case REJECTED -> Resolution.REJECTED;
            case TIMED_OUT -> Resolution.TIMED_OUT;
            case WITHDRAWN -> Resolution.WITHDRAWN;
            case PENDING -> Resolution.UNKNOWN;
        };
    }
}
