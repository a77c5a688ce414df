package dev.mneme.memory.coordination.spi;

import java.time.Duration;

/**
 * What holds for all sessions of a registry.
 *
 * @param max how many may live at a time
 * @param ttl how long a paused one lives untouched, and an ended one is known
 * @param inactivity how long an active one lives untouched; not more than {@code ttl}
 * @param requestLease for how long a request of an instance that died is waited for
 */
public record SessionLimits(int max, Duration ttl, Duration inactivity, Duration requestLease) {}
