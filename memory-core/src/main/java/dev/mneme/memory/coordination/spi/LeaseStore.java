package dev.mneme.memory.coordination.spi;

import dev.mneme.memory.coordination.UnreachableException;
import java.time.Duration;

/**
 * Where leases are kept: the one place that decides who has a name. Each call is one atomic step there, and blocks for a
 * bounded time.
 */
public interface LeaseStore {

    /** What {@link #acquire} found. */
    sealed interface Grant {

        /** The asker has the name, with a token greater than any given for it before. */
        record Granted(long fencingToken) implements Grant {}

        /** Another has it, for this long if it does not renew. */
        record Held(Duration leaseLeft) implements Grant {}
    }

    /**
     * Gives the name to the owner if nobody has it. An owner that has it already is given the same token again, for a new
     * lease: its first answer was lost.
     *
     * @param owner never used before by another
     * @throws UnreachableException if it cannot be known
     */
    Grant acquire(String name, String owner, Duration lease);

    /**
     * Begins the owner's lease anew.
     *
     * @return false if it has the name no more
     * @throws UnreachableException if it cannot be known
     */
    boolean renew(String name, String owner, Duration lease);

    /**
     * Gives the name free if the owner has it.
     *
     * @throws UnreachableException if that is not known to be done
     */
    void release(String name, String owner);
}
