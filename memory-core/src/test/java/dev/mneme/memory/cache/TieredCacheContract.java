package dev.mneme.memory.cache;

/**
 * What every {@code Memory} promises of its caches, as cases. A memory proves itself by a subclass that says how it is
 * {@linkplain #open opened} and whether its {@linkplain #timeCanBeMoved time can be moved}.
 */
public abstract class TieredCacheContract extends CacheRefusalCases {}
