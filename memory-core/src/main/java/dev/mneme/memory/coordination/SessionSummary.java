package dev.mneme.memory.coordination;

import dev.mneme.SessionKey;
import java.time.Duration;
import java.time.Instant;

/**
 * How a session went.
 *
 * @param completion how it ended
 * @param version the version of its end: who is told of one end twice is told the same
 * @param duration from its opening to {@code endedAt}
 * @param turns how many turns it had
 * @param endedAt when it was closed, or when its time ran out, which is before that was noticed
 */
public record SessionSummary(
        SessionKey key,
        SessionState completion,
        long version,
        Duration duration,
        long turns,
        Instant openedAt,
        Instant endedAt) {}
