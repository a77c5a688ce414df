package dev.mneme.memory.coordination.spi;

/** The place behind the locks and sessions of one memory. */
public interface CoordinationStore {

    /**
     * Leases by name.
     *
     * @param kind keeps apart those of equal name; of {@code a-z}
     */
    LeaseStore leases(String kind);

    /** The sessions of a registry. */
    SessionStore sessions(String name, SessionLimits limits);
}
