package dev.mneme.memory;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.HealthCheck;
import dev.mneme.Tenant;
import dev.mneme.TypeRef;
import dev.mneme.memory.cache.CacheBuilder;
import dev.mneme.memory.cache.CacheHealth;
import dev.mneme.memory.cache.CacheStats;
import dev.mneme.memory.coordination.ApprovalLimits;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.Locks;
import dev.mneme.memory.coordination.SessionRegistryBuilder;
import dev.mneme.memory.history.ConversationHistory;
import dev.mneme.memory.history.HistoryBuilder;
import java.util.List;
import java.util.Map;

/**
 * What the nodes of a host remember together. {@link LocalMemory} is that of a single process; with a server behind it,
 * the same calls hold for many.
 *
 * <p>Safe for use by many threads. A host has one, and closes it last.
 */
public interface Memory extends Erasable, AutoCloseable {

    /**
     * Begins a cache.
     *
     * @param name 1 to 64 characters out of {@code A-Z a-z 0-9 _ . ~ -}, unique in the memory and the same on all nodes
     * @throws IllegalArgumentException if the name is none
     */
    <K, V> CacheBuilder<K, V> cache(String name, TypeRef<K> keys, TypeRef<V> values);

    /** As {@link #cache(String, TypeRef, TypeRef)}, for types without generic arguments. */
    default <K, V> CacheBuilder<K, V> cache(String name, Class<K> keys, Class<V> values) {
        return cache(name, TypeRef.of(keys), TypeRef.of(values));
    }

    /**
     * Begins a {@link ConversationHistory}.
     *
     * @param name 1 to 64 characters out of {@code A-Z a-z 0-9 _ . ~ -}, unique in the memory and the same on all nodes
     * @throws IllegalArgumentException if the name is none
     */
    HistoryBuilder history(String name);

    /**
     * What was used and what is held. Asks the server and looks through its keys, up to a million of them: an operator's
     * call, that takes seconds on a large server and disturbs nobody much. Never fails: what cannot be asked is not known.
     */
    MemoryStats stats();

    /** The parts of this memory that hold data of tenants, each to be erased by itself. */
    List<Erasable> erasables();

    /** What erases a tenant from all parts of this memory, and from other stores that are added to it. */
    default Eraser eraser() {
        return Eraser.of(erasables());
    }

    /**
     * Erases all that the parts of this memory hold of the tenant, until one fails; {@link #eraser()} goes on and tells
     * more.
     */
    @Override
    default ErasureReceipt erase(Tenant tenant) {
        long records = 0;
        for (Erasable part : erasables()) {
            records += part.erase(tenant).records();
        }
        return new ErasureReceipt("memory", tenant, records);
    }

    /** What each cache did so far, by name. */
    Map<String, CacheStats> cacheStats();

    /** How the caches are now, as one. */
    CacheHealth cacheHealth();

    /** Named locks among all instances of the host; in a memory without a server, among the threads of this process. */
    Locks locks();

    /**
     * Requests for approval among all instances of the host; in a memory without a server, of this process. Always the same
     * store, with {@link ApprovalLimits#defaults()}.
     */
    ApprovalStore approvals();

    /**
     * Begins a registry of sessions.
     *
     * @param name 1 to 64 characters out of {@code A-Z a-z 0-9 _ . ~ -}, unique in the memory and the same on all nodes
     * @throws IllegalArgumentException if the name is none
     */
    SessionRegistryBuilder sessions(String name);

    /** Whether the server behind this memory works; always healthy without one. Does not block. */
    HealthCheck health();

    /** Ends the background work and the threads. Idempotent. */
    @Override
    void close();
}
