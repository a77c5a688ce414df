package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

/**
 * What somebody decides about a request.
 *
 * @param answer yes or no
 * @param by who decides; 1 to {@value #MAX_BY} characters
 * @param reason why; at most {@value #MAX_REASON} characters, may be empty
 */
public record ApprovalVerdict(Answer answer, String by, String reason) {

    /** The most characters of {@code by}. */
    public static final int MAX_BY = 256;

    /** The most characters of {@code reason}. */
    public static final int MAX_REASON = 2_000;

    /** Yes or no. */
    public enum Answer {
        /** Yes. */
        APPROVE,
        /** No. */
        REJECT
    }

    /**
     * @throws IllegalArgumentException if a text is too long, or {@code by} is empty
     */
    public ApprovalVerdict {
        requireNonNull(answer, "answer");
        ApprovalRequest.checkText("by", by, 1, MAX_BY);
        ApprovalRequest.checkText("reason", reason, 0, MAX_REASON);
    }

    /** A yes. */
    public static ApprovalVerdict approve(String by) {
        return new ApprovalVerdict(Answer.APPROVE, by, "");
    }

    /** A no. */
    public static ApprovalVerdict reject(String by, String reason) {
        return new ApprovalVerdict(Answer.REJECT, by, reason);
    }

    /** This with a reason. */
    public ApprovalVerdict because(String reason) {
        return new ApprovalVerdict(answer, by, reason);
    }

    /** Without who and why, which are the users'. */
    @Override
    public String toString() {
        return "ApprovalVerdict[" + answer + ']';
    }
}
