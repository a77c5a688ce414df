package dev.mneme.memory.cache.spi;

/** When a lease is granted. */
public enum LeaseMode {
    /** If there is no value that may be served, and no lease. */
    IF_MISSING,
    /** If there is no lease, whatever value there is: a value is renewed before it ends. */
    IF_FREE,
    /** Always: an earlier lease is void. */
    ALWAYS
}
