package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.coordination.spi.SessionLimits;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a registry of sessions is set up; all instances set up the same. Not for use by several threads. */
public final class SessionRegistryBuilder {

    private static final int MOST_SESSIONS = 1_000_000;

    final String name;
    private final Coordination coordination;

    private int maxConcurrentSessions = 1_000;
    private Duration ttl = Duration.ofHours(1);
    private Duration inactivity = Duration.ofMinutes(30);
    int localLimit = 100;
    Duration requestLease = Duration.ofSeconds(30);

    @Nullable
    Consumer<? super SessionSummary> onTimeout;

    SessionRegistryBuilder(Coordination coordination, String name) {
        this.coordination = coordination;
        this.name = name;
    }

    /**
     * The most sessions that live at a time over all instances; 1,000 by default.
     *
     * @throws IllegalArgumentException if it is not 1 to 1,000,000
     */
    public SessionRegistryBuilder maxConcurrentSessions(int max) {
        this.maxConcurrentSessions = within("maxConcurrentSessions", 1, max);
        return this;
    }

    /**
     * The most sessions this instance opens by itself while the server is away; 100 by default, 0 for none.
     *
     * @throws IllegalArgumentException if it is not 0 to 1,000,000
     */
    public SessionRegistryBuilder localLimit(int max) {
        this.localLimit = within("localLimit", 0, max);
        return this;
    }

    /** How long a paused session lives without a sign of life, and what is known of an ended one is kept; 1 h by default. */
    public SessionRegistryBuilder ttl(Duration ttl) {
        this.ttl = positive("ttl", ttl);
        return this;
    }

    /** How long an active session lives without a sign of life, if the time to live is not shorter; 30 min by default. */
    public SessionRegistryBuilder inactivity(Duration inactivity) {
        this.inactivity = positive("inactivity", inactivity);
        return this;
    }

    /** For how long a request of an instance that died keeps others waiting; 30 s by default. */
    public SessionRegistryBuilder requestLease(Duration lease) {
        this.requestLease = LeasedLocks.checkLease(lease);
        return this;
    }

    /**
     * Who is told of sessions that timed out or were abandoned: within a minute, by one instance at a time of those that
     * have such a listener. If it throws, or the instance dies in it, it is told again, of the same version, here or on
     * another instance. It runs on the registry's own thread, and may block. At most 10,000 ends wait to be told; beyond
     * that the oldest are dropped.
     */
    public SessionRegistryBuilder onTimeout(Consumer<? super SessionSummary> listener) {
        this.onTimeout = requireNonNull(listener, "listener");
        return this;
    }

    /**
     * The registry, which begins its background work.
     *
     * @throws IllegalStateException if the memory has one of this name already, or is closed
     */
    public SessionRegistry build() {
        return coordination.add(this);
    }

    SessionLimits limits() {
        return new SessionLimits(
                maxConcurrentSessions, ttl, inactivity.compareTo(ttl) < 0 ? inactivity : ttl, requestLease);
    }

    private static int within(String what, int least, int value) {
        if (value < least || value > MOST_SESSIONS) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + MOST_SESSIONS + ", was " + value);
        }
        return value;
    }

    private static Duration positive(String what, Duration time) {
        if (time.toMillis() < 1 || time.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException(what + " must be 1 ms to 30 days, was " + time);
        }
        return time;
    }
}
