package dev.mneme.bus;

import dev.mneme.events.Event;
import dev.mneme.events.agent.ApprovalExpiringV1;
import dev.mneme.events.agent.ApprovalRequestedV1;
import dev.mneme.events.agent.ApprovalResolvedV1;
import dev.mneme.memory.coordination.ApprovalRecord;

/**
 * Told of the requests of one bus: to ask somebody, to warn, to show. On threads of the bus, under no lock; of one request in
 * order. What it throws is logged and has no effect. An instance is told of the requests that it made itself, also if another
 * decides them; nobody is told of those of an instance that died.
 */
@FunctionalInterface
public interface ApprovalListener {

    /**
     * @param record the request as it is now; it names the tenant and the session
     * @param event an {@link ApprovalRequestedV1}, an {@link ApprovalExpiringV1} or an {@link ApprovalResolvedV1}
     */
    void told(ApprovalRecord record, Event event);
}
