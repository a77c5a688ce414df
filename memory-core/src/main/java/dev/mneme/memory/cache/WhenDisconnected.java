package dev.mneme.memory.cache;

import java.time.Duration;

/**
 * What a cache does once this node has not heard from the far level for longer than the staleness bound, so that its
 * near values may have been invalidated elsewhere.
 *
 * @param staleFor how long near values are served all the same, counted from the end of the bound; zero for not at all
 */
public record WhenDisconnected(Duration staleFor) {

    /** Near values are not served; the source is asked. For what must be right: access, money. */
    public static final WhenDisconnected LOADER = new WhenDisconnected(Duration.ZERO);

    /**
     * @throws IllegalArgumentException if {@code staleFor} is below zero
     */
    public WhenDisconnected {
        if (staleFor.isNegative()) {
            throw new IllegalArgumentException("staleFor must be at least zero, was " + staleFor);
        }
    }

    /**
     * Near values are served for {@code max} more, never past their own time to live. For what may be old: retrieval
     * results, history.
     *
     * @throws IllegalArgumentException if {@code max} is not more than zero
     */
    public static WhenDisconnected stale(Duration max) {
        if (max.isZero()) {
            throw new IllegalArgumentException("max must be more than zero, was " + max);
        }
        return new WhenDisconnected(max);
    }
}
