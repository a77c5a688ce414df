package dev.mneme.memory.cache;

import java.time.Duration;

/** One load, as its loader may shape it. Used by the loading thread alone. */
public interface LoadContext {

    /**
     * Gives this value a time to live of its own.
     *
     * @param ttl more than zero; the near level keeps the value no longer than that either
     * @throws IllegalArgumentException if it is not
     */
    void ttl(Duration ttl);

    /** This value goes to those who wait for it and is stored nowhere: it is partial, or private. */
    void doNotStore();

    /** How long the load may still take before it is given up. */
    Duration remaining();
}
