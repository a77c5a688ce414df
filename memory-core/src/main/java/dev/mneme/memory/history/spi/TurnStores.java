package dev.mneme.memory.history.spi;

import dev.mneme.Tenant;

/**
 * Where the histories of one memory keep what all nodes share. Safe for use by many threads; calls block, for at most the
 * timeout of a history and a second where one is given, and throw {@link TurnStoreException} when they cannot say that
 * they were done.
 */
public interface TurnStores {

    /** The store of one history; cheap, asks nobody. */
    TurnStore open(HistorySpec spec);

    /**
     * Erases the turns of a tenant in all histories, those no longer built included, and remembers that it did for as long
     * as turns may wait on some node.
     *
     * @return how many turns there were
     * @throws TurnStoreException if not all was erased
     */
    long erase(Tenant tenant);
}
