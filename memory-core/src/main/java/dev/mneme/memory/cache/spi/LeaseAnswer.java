package dev.mneme.memory.cache.spi;

import java.time.Duration;

/** What came of asking for the lease of a key. */
public sealed interface LeaseAnswer {

    /**
     * The asker may load and then fill; nobody else may until the lease ends.
     *
     * @param token random; what the fill must show
     */
    record Granted(String token) implements LeaseAnswer {}

    /**
     * Another holds the lease.
     *
     * @param leftFor how long its lease lasts at most
     */
    record Held(Duration leftFor) implements LeaseAnswer {}

    /** A value has come meanwhile. */
    record Found(FarRead.Hit hit) implements LeaseAnswer {}

    /** An invalidation of this key waits to be sent; see {@link FarRead.Bypassed}. */
    record Bypassed() implements LeaseAnswer {}
}
