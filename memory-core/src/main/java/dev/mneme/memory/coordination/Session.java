package dev.mneme.memory.coordination;

import dev.mneme.SessionKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * A session as it was when it was read.
 *
 * @param version grows with every change of {@code state} or {@code data}, not with a touch; never the same for two
 *     sessions of one key, and of no meaning but for comparison
 * @param openedAt by the clock of the server that keeps it
 * @param lastActiveAt when it was opened, touched or given a request last
 * @param turns the turns counted so far
 * @param data what the host keeps with it
 * @param endedAt when it was over; {@code lastActiveAt} while it is live
 * @param degraded whether this is what one instance knows while the server is away
 */
public record Session(
        SessionKey key,
        SessionState state,
        long version,
        Instant openedAt,
        Instant lastActiveAt,
        long turns,
        Map<String, String> data,
        Instant endedAt,
        boolean degraded) {

    public Session {
        data = Map.copyOf(data);
    }

    /** What is left of a session for statistics: none of its data. */
    public SessionSummary summary() {
        return new SessionSummary(key, state, version, Duration.between(openedAt, endedAt), turns, openedAt, endedAt);
    }

    /** Without the data, which is the user's. */
    @Override
    public String toString() {
        return "Session[" + state + ", version=" + version + ", turns=" + turns + (degraded ? ", degraded]" : "]");
    }

    Session withState(SessionState state, long version, Instant endedAt) {
        return new Session(key, state, version, openedAt, lastActiveAt, turns, data, endedAt, degraded);
    }

    Session withTurns(long more, long version, Instant now) {
        return new Session(key, SessionState.ACTIVE, version, openedAt, now, turns + more, data, now, degraded);
    }

    Session withData(Map<String, String> data, long version) {
        return new Session(key, state, version, openedAt, lastActiveAt, turns, data, endedAt, degraded);
    }

    Session asDegraded() {
        return new Session(key, state, version, openedAt, lastActiveAt, turns, data, endedAt, true);
    }
}
