package dev.mneme.resilience.health;

import dev.mneme.HealthCheck.Criticality;
import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Result;
import java.util.Set;

/**
 * A part of a host that is started and stopped: a connection, a relay, a bus, a loop.
 *
 * <p>{@link Components} calls {@link #start()} once, after all parts this one depends on have started, and
 * {@link #stop()} once if it had started, before any of them is stopped. The two are never called at the same time.
 */
public interface Component {

    /** The part's name, the same at every call: 1 to {@value Rated#MAX_NAME_LENGTH} characters on one line. */
    String name();

    /** The names of the parts that must run while this one does. */
    default Set<String> dependsOn() {
        return Set.of();
    }

    /**
     * Starts the part, and returns when it works. It may block; it runs on a thread of its own that is no daemon, and is
     * interrupted when its time is over or the host is stopped meanwhile. If it returns all the same, {@link #stop()}
     * follows at once on the same thread.
     *
     * @throws Exception if it cannot start. It has then tidied up after itself: {@link #stop()} is not called
     */
    void start() throws Exception;

    /**
     * Stops the part: takes no new work, ends what it has begun, lets go of what it holds. It may block; it runs on a
     * thread of its own, and is interrupted when its time is over.
     *
     * @throws Exception if something could not be ended; it is stopped all the same
     */
    void stop() throws Exception;

    /** What a failure of this part means to the host. */
    default Criticality criticality() {
        return Criticality.REQUIRED;
    }

    /** How well the part works; asked only while it is started, and as a check is: it may block and may throw. */
    default Result health() throws Exception {
        return Result.healthy();
    }
}
