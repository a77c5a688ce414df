package dev.mneme.memory.coordination.spi;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.coordination.Session;
import dev.mneme.memory.coordination.SessionPage;
import dev.mneme.memory.coordination.SessionState;
import dev.mneme.memory.coordination.SessionSummary;
import dev.mneme.memory.coordination.UnreachableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the sessions of one registry are kept and counted. Each call is one atomic step there, by the clock that is there,
 * and blocks for a bounded time; each that cannot be made or is not answered throws {@link UnreachableException}.
 *
 * <p>A session whose time ran out is ended by whichever call meets it first, and its end waits to be
 * {@linkplain #told told}.
 */
public interface SessionStore {

    /** What became of a call. */
    enum Outcome {
        /** It was done; the reply has the session as it is now. */
        DONE,
        /** The session is live already. */
        EXISTS,
        /** All places are taken. */
        FULL,
        /** There is no such live session; the reply has the one that ended, if it is known. */
        GONE,
        /** The session has another version. */
        CONFLICT,
        /** A later request has begun. */
        FENCED,
        /** Another request runs. */
        HELD
    }

    /**
     * An answer.
     *
     * @param epoch a name that changes when the store lost all it knew
     * @param number the fencing token of a request that was begun, or the milliseconds another still has; else 0
     */
    record Reply(Outcome outcome, String epoch, @Nullable Session session, long number) {}

    /**
     * A session as an instance knew it, to be entered again or brought up to date.
     *
     * @param known as it was known last, without what happened since
     * @param epoch the store's when it was known there; empty if it was opened while the store was away
     * @param age how long ago it was opened
     * @param turns the turns since it was known
     * @param state what it is to be now
     */
    record Returning(Session known, String epoch, Duration age, long turns, SessionState state) {}

    Reply open(SessionKey key, Map<String, String> data);

    Reply touch(SessionKey key, int turns);

    Reply pause(SessionKey key);

    Reply end(SessionKey key);

    Reply find(SessionKey key);

    /**
     * Replaces the data.
     *
     * @param fence a request's token, 0 for none
     */
    Reply update(SessionKey key, long version, Map<String, String> data, long fence);

    /** Begins the only request of a session, which is also a touch of one turn; again for the same owner if repeated. */
    Reply begin(SessionKey key, String owner, Duration lease);

    /** Whether the owner still had the request, whose lease begins anew. */
    boolean renew(SessionKey key, String owner, Duration lease);

    /** Ends the owner's request if it is still that. */
    void finish(SessionKey key, String owner);

    /**
     * Adds to a live session what happened to it here; enters it, beyond all limits, if it is not known and either was
     * opened while the store was away or belongs to another epoch. One that ended stays ended.
     */
    Reply restore(Returning returning);

    SessionPage page(SessionPage.Request request);

    long count();

    /**
     * Ends up to so many sessions whose time ran out.
     *
     * @return up to so many ends that nobody was told of, oldest first, also of earlier calls
     */
    List<SessionSummary> overdue(int limit);

    /** These ends need not be told again. */
    void told(List<SessionSummary> ends);

    /** Removes all that is known of a tenant, and gives the number of sessions. */
    long erase(Tenant tenant);
}
