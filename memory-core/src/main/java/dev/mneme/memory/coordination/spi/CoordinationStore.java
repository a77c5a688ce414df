package dev.mneme.memory.coordination.spi;

import dev.mneme.memory.coordination.ApprovalLimits;
import dev.mneme.memory.coordination.ApprovalStore;

/** The place behind the locks, the sessions and the approvals of one memory. */
public interface CoordinationStore {

    /**
     * Leases by name.
     *
     * @param kind keeps apart those of equal name; of {@code a-z}
     */
    LeaseStore leases(String kind);

    /** The sessions of a registry. */
    SessionStore sessions(String name, SessionLimits limits);

    /** The requests for approval: one store, however often it is asked for. */
    ApprovalStore approvals(ApprovalLimits limits);
}
