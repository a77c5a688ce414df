package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A request for approval as it was when it was read.
 *
 * @param attempt the number of this request among those of its owner, session, operation and subject that were said no to
 *     one after another; from 1
 * @param requestedAt by the clock of the store, as the other dates
 * @param expiresAt when it times out
 * @param decidedBy who decided; empty for a rule, and while nobody has
 * @param reason why; may be empty
 * @param decidedAt when it became final
 */
public record ApprovalRecord(
        ApprovalRequest request,
        int attempt,
        Instant requestedAt,
        Instant expiresAt,
        ApprovalState state,
        String decidedBy,
        String reason,
        Optional<Instant> decidedAt) {

    public ApprovalRecord {
        requireNonNull(request, "request");
        requireNonNull(requestedAt, "requestedAt");
        requireNonNull(expiresAt, "expiresAt");
        requireNonNull(state, "state");
        requireNonNull(decidedAt, "decidedAt");
    }

    public String id() {
        return request.id();
    }

    /** From the request to the decision; empty while there is none. */
    public Optional<Duration> took() {
        return decidedAt.map(at -> Duration.between(requestedAt, at));
    }

    /** Without texts and names, which are the users'. */
    @Override
    public String toString() {
        return "ApprovalRecord[" + id() + ", " + state + ", attempt=" + attempt + ']';
    }

    ApprovalRecord decided(ApprovalState state, String by, String reason, Instant at) {
        return new ApprovalRecord(request, attempt, requestedAt, expiresAt, state, by, reason, Optional.of(at));
    }
}
