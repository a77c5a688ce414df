package dev.mneme.memory.coordination;

import dev.mneme.Erasable;
import dev.mneme.SessionKey;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The sessions of a host, counted and kept once for all its instances.
 *
 * <p>A session lives from {@link #open} until it is closed, or until nothing has happened in it for the inactivity (for the
 * time to live if it is paused). At most so many live at a time as the registry allows, exactly, over all instances. Times
 * are those of the server that keeps the sessions; no clock of an instance plays a part.
 *
 * <p><b>While the server is away</b> an instance goes on by itself with the sessions it knows, and opens new ones up to its
 * local limit; all it then gives is {@linkplain Session#degraded() degraded}. Once the server is back, what happened is
 * told to it: sessions opened meanwhile are entered even if they are too many, turns are added, closed ones closed. What
 * only the server knows ({@link #active}, sessions never met here, changes of data) is an {@link UnreachableException}.
 * A call that was sent and not answered may have been done: then its effect and that of the degraded answer may both be
 * there, a turn counted twice.
 *
 * <p><b>When the server lost all it knew</b>, live sessions are entered again by the first touch, pause, close or request
 * of an instance that knows them, with what it knew. What is lost: sessions no instance touches again, data written by
 * another instance since, and the ends that were not yet told.
 *
 * <p>Safe for use by many threads; each call blocks for at most the server's time-out.
 */
public interface SessionRegistry extends Erasable, AutoCloseable {

    /** The most entries of a session's data. */
    int MAX_DATA_ENTRIES = 128;

    /** The most characters of all keys and values of a session's data together. */
    int MAX_DATA_CHARACTERS = 65_536;

    /** Opens a session without data; as {@link #open(SessionKey, Map)}. */
    default Admission open(SessionKey key) {
        return open(key, Map.of());
    }

    /**
     * Opens a session. One that is live already is given as it is, its data too, and takes no second place. So the call may
     * be repeated when its answer was lost.
     *
     * @param data at most {@value #MAX_DATA_ENTRIES} entries of {@value #MAX_DATA_CHARACTERS} characters in all
     * @throws IllegalArgumentException if the data is more
     */
    Admission open(SessionKey key, Map<String, String> data);

    /** A sign of life that is no turn; as {@link #touch(SessionKey, int)} with 0. */
    default Optional<Session> touch(SessionKey key) {
        return touch(key, 0);
    }

    /**
     * A sign of life: puts off the end of the session, and makes a paused one active. One call to the server.
     *
     * @param turns how many turns it had since the last touch; at least 0
     * @return the session; empty if there is no such live one
     * @throws UnreachableException if the server is away and the session not known here
     */
    Optional<Session> touch(SessionKey key, int turns);

    /**
     * Puts a session aside: it keeps its place, and ends only after the time to live. A sign of life brings it back.
     *
     * @return the session; empty if there is no such live one
     * @throws UnreachableException as for {@link #touch(SessionKey, int)}
     */
    Optional<Session> pause(SessionKey key);

    /**
     * Ends a session as {@link SessionState#COMPLETED} and gives its place free. One that has ended already stays as it
     * ended, and its summary is given again, for as long as the time to live.
     *
     * @return how it went; empty if there is no such session
     * @throws UnreachableException as for {@link #touch(SessionKey, int)}
     */
    Optional<SessionSummary> close(SessionKey key);

    /**
     * A session that is live, or ended no longer ago than the time to live.
     *
     * @throws UnreachableException as for {@link #touch(SessionKey, int)}
     */
    Optional<Session> find(SessionKey key);

    /**
     * The live sessions, a page at a time. A session that is there from the first page to the last is met once; those that
     * come or go meanwhile may be met or not.
     *
     * @throws UnreachableException if the server is away
     */
    SessionPage active(SessionPage.Request request);

    /**
     * How many sessions are live.
     *
     * @throws UnreachableException if the server is away
     */
    long count();

    /**
     * Replaces a session's data if it has still this version. A session that this instance opened while the server is away
     * can be changed; others cannot before it is back.
     *
     * @param version of the session as it was read
     * @param data as in {@link #open(SessionKey, Map)}
     * @throws IllegalArgumentException if the data is more than a session may have
     * @throws UnreachableException if the server is away
     */
    SessionUpdate update(SessionKey key, long version, Map<String, String> data);

    /**
     * As {@link #update(SessionKey, long, Map)}, by a request: refused if a later one has begun, however late this one
     * wakes.
     *
     * @param lease of {@link #beginRequest}
     */
    SessionUpdate update(SessionKey key, long version, Map<String, String> data, Lease lease);

    /**
     * Begins a request of a session, one at a time over all instances: waits while another runs, for at most {@code wait}.
     * It is a sign of life, and counts as one turn. The lease is renewed until it is closed; a process that dies holds up
     * the session for no longer than the request lease of the registry.
     *
     * @param wait zero to ask once
     * @throws UnreachableException if the server is away and the session not known here
     * @throws IllegalArgumentException if {@code wait} is below zero or more than a day
     */
    RequestAttempt beginRequest(SessionKey key, Duration wait);

    /** Ends the background work of this instance; the sessions live on. Leases of requests that run are given free. */
    @Override
    void close();
}
