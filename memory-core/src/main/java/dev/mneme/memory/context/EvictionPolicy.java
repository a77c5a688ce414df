package dev.mneme.memory.context;

/** Which records go first when an agent has more than its {@link Limits} allow; pinned ones never go. */
public enum EvictionPolicy {
    /** Those that happened longest ago, by {@link Interaction#time()}. */
    OLDEST,
    /** Those that no search returned for the longest time; one that none returned yet counts from its {@link Interaction#time()}. */
    LEAST_RECENTLY_USED,
    /** Those of the lowest value: importance times recency times outcome, by the formula of {@link Limits#halfLife(java.time.Duration)}. */
    LOWEST_VALUE
}
