package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A question to a person: may this be done? Immutable; each method returns another one.
 *
 * @param id names the request; 1 to {@value #MAX_ID} printable ASCII characters without a space. Whoever repeats a request
 *     whose answer was lost uses the same again
 * @param operation the class of what is to be done, in the host's own words; 1 to {@value #MAX_OPERATION} characters
 * @param subject to what it is to be done, if requests are to be counted for each; at most {@value #MAX_OPERATION}
 *     characters, may be empty
 * @param tenant whose it is; empty for the host's own
 * @param session of the tenant, if it is part of one
 * @param risk how much may go wrong
 * @param question what a person is asked; 1 to {@value #MAX_QUESTION} characters
 * @param details what helps to decide; at most {@value #MAX_DETAILS} characters, may be empty
 * @param timeout how long it waits for a decision, by the clock of the store; 1 ms to 30 days
 * @param onTimeout what comes of it if nobody decides
 * @param approvedAtOnce whether a rule says yes, so that it is kept for the record only
 */
public record ApprovalRequest(
        String id,
        String operation,
        String subject,
        Optional<Tenant> tenant,
        Optional<SessionKey> session,
        ApprovalRisk risk,
        String question,
        String details,
        Duration timeout,
        OnTimeout onTimeout,
        boolean approvedAtOnce) {

    /** The most characters of an id. */
    public static final int MAX_ID = 128;

    /** The most characters of an operation, and of a subject. */
    public static final int MAX_OPERATION = 256;

    /** The most characters of a question. */
    public static final int MAX_QUESTION = 2_000;

    /** The most characters of the details. */
    public static final int MAX_DETAILS = 16_384;

    private static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(30);
    private static final int ID_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What comes of a request that nobody decided in time. */
    public enum OnTimeout {
        /** A no: {@link ApprovalState#TIMED_OUT}. */
        REJECT,
        /** A yes: {@link ApprovalState#AUTO_APPROVED}. */
        APPROVE
    }

    /**
     * @throws IllegalArgumentException if a text or the timeout is out of its range, or the session is another tenant's
     */
    public ApprovalRequest {
        if (id.isEmpty() || id.length() > MAX_ID || !id.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new IllegalArgumentException("id must have 1 to " + MAX_ID
                    + " printable ASCII characters and no space, had " + id.length() + " characters");
        }
        checkText("operation", operation, 1, MAX_OPERATION);
        checkText("subject", subject, 0, MAX_OPERATION);
        checkText("question", question, 1, MAX_QUESTION);
        checkText("details", details, 0, MAX_DETAILS);
        requireNonNull(tenant, "tenant");
        requireNonNull(risk, "risk");
        requireNonNull(onTimeout, "onTimeout");
        if (session.isPresent() && !session.map(SessionKey::tenant).equals(tenant)) {
            throw new IllegalArgumentException("session must be the tenant's own, was another's");
        }
        if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout must be 1 ms to 30 days, was " + timeout);
        }
    }

    /** A request of the host's own, of medium risk, with 5 minutes until it is taken for a no, under a random id. */
    public static ApprovalRequest of(String operation, String question) {
        return new ApprovalRequest(
                randomId(),
                operation,
                "",
                Optional.empty(),
                Optional.empty(),
                ApprovalRisk.MEDIUM,
                question,
                "",
                DEFAULT_TIMEOUT,
                OnTimeout.REJECT,
                false);
    }

    public ApprovalRequest id(String id) {
        return new ApprovalRequest(
                id, operation, subject, tenant, session, risk, question, details, timeout, onTimeout, approvedAtOnce);
    }

    public ApprovalRequest subject(String subject) {
        return new ApprovalRequest(
                id, operation, subject, tenant, session, risk, question, details, timeout, onTimeout, approvedAtOnce);
    }

    /** For a tenant, and no session. */
    public ApprovalRequest by(Tenant tenant) {
        return new ApprovalRequest(
                id,
                operation,
                subject,
                Optional.of(tenant),
                Optional.empty(),
                risk,
                question,
                details,
                timeout,
                onTimeout,
                approvedAtOnce);
    }

    /** As part of a session, and for its tenant. */
    public ApprovalRequest session(SessionKey session) {
        return new ApprovalRequest(
                id,
                operation,
                subject,
                Optional.of(session.tenant()),
                Optional.of(session),
                risk,
                question,
                details,
                timeout,
                onTimeout,
                approvedAtOnce);
    }

    public ApprovalRequest risk(ApprovalRisk risk) {
        return new ApprovalRequest(
                id, operation, subject, tenant, session, risk, question, details, timeout, onTimeout, approvedAtOnce);
    }

    public ApprovalRequest details(String details) {
        return new ApprovalRequest(
                id, operation, subject, tenant, session, risk, question, details, timeout, onTimeout, approvedAtOnce);
    }

    public ApprovalRequest timeout(Duration timeout) {
        return new ApprovalRequest(
                id, operation, subject, tenant, session, risk, question, details, timeout, onTimeout, approvedAtOnce);
    }

    public ApprovalRequest onTimeout(OnTimeout onTimeout) {
        return new ApprovalRequest(
                id, operation, subject, tenant, session, risk, question, details, timeout, onTimeout, approvedAtOnce);
    }

    public ApprovalRequest approvedAtOnce(boolean approvedAtOnce) {
        return new ApprovalRequest(
                id, operation, subject, tenant, session, risk, question, details, timeout, onTimeout, approvedAtOnce);
    }

    /** Without the texts and the tenant, which are the users'. */
    @Override
    public String toString() {
        return "ApprovalRequest[" + id + ", risk=" + risk + ", timeout=" + timeout + ']';
    }

    private static String randomId() {
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static void checkText(String what, String text, int least, int most) {
        if (text.length() < least || text.length() > most) {
            throw new IllegalArgumentException(
                    what + " must have " + least + " to " + most + " characters, had " + text.length());
        }
    }
}
