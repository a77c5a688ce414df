package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a task is submitted: for whom, how urgent, for how long, in which order. Immutable; each method returns another one. */
public final class Submit {

    private static final Submit BY_HOST = new Submit(null, null, Priority.NORMAL, null, null);

    private final @Nullable Tenant tenant;
    private final @Nullable SessionKey session;
    private final Priority priority;
    private final @Nullable Duration deadline;
    private final @Nullable String key;

    private Submit(
            @Nullable Tenant tenant,
            @Nullable SessionKey session,
            Priority priority,
            @Nullable Duration deadline,
            @Nullable String key) {
        this.tenant = tenant;
        this.session = session;
        this.priority = priority;
        this.deadline = deadline;
        this.key = key;
    }

    /** For a tenant, who shares the agent fairly with the others and may fill only a part of its queue. */
    public static Submit by(Tenant tenant) {
        return new Submit(requireNonNull(tenant, "tenant"), null, Priority.NORMAL, null, null);
    }

    /** For nobody but the host: such tasks take turns with the tenants as if the host were one, and may fill the queue. */
    public static Submit byHost() {
        return BY_HOST;
    }

    /**
     * As part of a session, and for its tenant.
     *
     * @throws IllegalArgumentException if the session is another tenant's
     */
    public Submit session(SessionKey session) {
        if (tenant != null && !session.tenant().equals(tenant)) {
            throw new IllegalArgumentException("session must be the tenant's own, was another's");
        }
        return new Submit(session.tenant(), session, priority, deadline, key);
    }

    /** {@link Priority#NORMAL} by default. */
    public Submit priority(Priority priority) {
        return new Submit(tenant, session, requireNonNull(priority, "priority"), deadline, key);
    }

    /**
     * So long from now until the task must have ended; the agent's timeout, and the deadline that the submitting thread is
     * under, hold too, and the earliest wins.
     *
     * @throws IllegalArgumentException if it is not more than zero, or more than a year
     */
    public Submit deadline(Duration deadline) {
        Limits.timeout("deadline", deadline);
        return new Submit(tenant, session, priority, deadline, key);
    }

    /**
     * In order: of the tasks of one tenant, one agent and one key, the next begins when the one before has ended for good,
     * its repeated attempts included; in the order in which they were accepted.
     *
     * @throws IllegalArgumentException if it is empty or has more than 256 characters
     */
    public Submit key(String key) {
        if (key.isEmpty() || key.length() > Tenant.MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    "key must have 1 to " + Tenant.MAX_ID_LENGTH + " characters, had " + key.length());
        }
        return new Submit(tenant, session, priority, deadline, key);
    }

    public Optional<Tenant> tenant() {
        return Optional.ofNullable(tenant);
    }

    public Optional<SessionKey> session() {
        return Optional.ofNullable(session);
    }

    public Priority priority() {
        return priority;
    }

    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    public Optional<String> key() {
        return Optional.ofNullable(key);
    }

    @Nullable
    Tenant owner() {
        return tenant;
    }

    @Nullable
    SessionKey sessionKey() {
        return session;
    }

    /** What puts tasks in order: keys of two tenants are two keys. Null for a task without. */
    @Nullable
    OrderKey orderKey() {
        return key == null ? null : new OrderKey(tenant, key);
    }

    /** How a child of such a task is submitted, if nothing else is said: the order and the deadline are not handed on. */
    Submit forChild() {
        return deadline == null && key == null ? this : new Submit(tenant, session, priority, null, null);
    }

    record OrderKey(@Nullable Tenant tenant, String key) {}
}
