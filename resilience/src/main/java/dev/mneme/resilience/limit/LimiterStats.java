package dev.mneme.resilience.limit;

/**
 * What a limiter decided since it was made, under all its rules together.
 *
 * @param allowed how many calls it allowed
 * @param refused how many calls it refused
 * @param degraded how many of both were degraded decisions
 * @param keys how many keys this process holds in memory now
 */
public record LimiterStats(long allowed, long refused, long degraded, long keys) {}
