package dev.mneme.memory.history.spi;

import java.time.Duration;

/**
 * The limits of a history.
 *
 * @param name unique in a memory
 * @param maxTurns how many turns of a conversation are kept
 * @param rememberedIds how many ids of a conversation's last turns are kept
 * @param ttl how long after its last turn a conversation is kept; at most a day
 * @param timeout how long a call may take
 * @param loads whether there is a loader, so that a conversation that was not loaded is not whole
 */
public record HistorySpec(
        String name, int maxTurns, int rememberedIds, Duration ttl, Duration timeout, boolean loads) {}
