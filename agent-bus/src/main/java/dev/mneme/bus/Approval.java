package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.coordination.ApprovalRequest;
import dev.mneme.memory.coordination.ApprovalRequest.OnTimeout;
import dev.mneme.memory.coordination.ApprovalRisk;
import java.time.Duration;
import java.util.Optional;

/**
 * What a person is asked before something is done. What is left open comes from the bus's {@link ApprovalSettings}. Immutable;
 * each method returns another one.
 *
 * @param question 1 to {@value ApprovalRequest#MAX_QUESTION} characters
 * @param details what helps to decide; at most {@value ApprovalRequest#MAX_DETAILS} characters, may be empty
 * @param operation the class of what is to be done; of a plan's node {@code plan/node} if empty
 * @param subject to what it is to be done, if nos are to be counted for each; may be empty
 * @param risk asked of the {@link RiskPolicy} if empty
 * @param timeout as long as the risk gives if empty
 * @param onTimeout as the settings say if empty
 */
public record Approval(
        String question,
        String details,
        Optional<String> operation,
        String subject,
        Optional<ApprovalRisk> risk,
        Optional<Duration> timeout,
        Optional<OnTimeout> onTimeout) {

    /**
     * @throws IllegalArgumentException if a text or the timeout is out of the range of an {@link ApprovalRequest}
     */
    public Approval {
        requireNonNull(risk, "risk");
        // its rules are those of the request that it becomes
        ApprovalRequest checked = ApprovalRequest.of(operation.orElse("any"), question)
                .details(details)
                .subject(subject)
                .timeout(timeout.orElse(Duration.ofMinutes(1)))
                .onTimeout(onTimeout.orElse(OnTimeout.REJECT));
        requireNonNull(checked, "checked");
    }

    /** A question, and nothing else said. */
    public static Approval of(String question) {
        return new Approval(question, "", Optional.empty(), "", Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** A question and what helps to decide it. */
    public static Approval of(String question, String details) {
        return of(question).details(details);
    }

    public Approval details(String details) {
        return new Approval(question, details, operation, subject, risk, timeout, onTimeout);
    }

    public Approval operation(String operation) {
        return new Approval(question, details, Optional.of(operation), subject, risk, timeout, onTimeout);
    }

    public Approval subject(String subject) {
        return new Approval(question, details, operation, subject, risk, timeout, onTimeout);
    }

    public Approval risk(ApprovalRisk risk) {
        return new Approval(question, details, operation, subject, Optional.of(risk), timeout, onTimeout);
    }

    /** From 1 ms to 30 days; the deadline of the task or plan holds, too, and the earlier wins. */
    public Approval timeout(Duration timeout) {
        return new Approval(question, details, operation, subject, risk, Optional.of(timeout), onTimeout);
    }

    public Approval onTimeout(OnTimeout onTimeout) {
        return new Approval(question, details, operation, subject, risk, timeout, Optional.of(onTimeout));
    }

    /** Without the texts, which are the users'. */
    @Override
    public String toString() {
        return "Approval[risk=" + risk.map(Enum::name).orElse("by policy") + ']';
    }
}
