package dev.mneme.memory.cache.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the far level holds for a key.
 */
public sealed interface FarRead {

    /**
     * A value that may be served.
     *
     * @param frame names this very value, so that it can be reported as unreadable
     * @param payload the value as the codec wrote it; null if it is known that the source has none
     * @param age the time since the lease under which it was loaded was granted
     * @param freshFor how long it may still be served from a near level; zero if the far level cannot say now
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
    record Hit(String frame, byte @Nullable [] payload, Duration age, Duration freshFor) implements FarRead {}

    /**
     * A value past its time to live, kept for the case that its source fails.
     *
     * @param age the time since the lease under which it was loaded was granted
     */
    @SuppressWarnings("ArrayRecordComponent") // as above
    record Expired(byte @Nullable [] payload, Duration age) implements FarRead {}

    /** Nothing that may be served. */
    record Miss() implements FarRead {}

    /** An invalidation of this key waits to be sent: the far level must be left out until it was. */
    record Bypassed() implements FarRead {}
}
