package dev.mneme.bus;

import java.time.Duration;

/**
 * What became of the approvals that a bus asked for. The approval rate is {@code approved / answered()}, the rate of time-outs
 * {@code timedOut / (answered() + timedOut)}.
 *
 * @param waiting those without an answer
 * @param requested all that were asked for
 * @param approved somebody said yes
 * @param autoApproved a rule said yes
 * @param rejected somebody said no
 * @param timedOut nobody said anything in time
 * @param withdrawn nobody needed an answer any more
 * @param refused not taken, because asked too often, or too many waited; or failed
 * @param answerTime how long those that somebody answered had waited, all together
 */
public record ApprovalNumbers(
        int waiting,
        long requested,
        long approved,
        long autoApproved,
        long rejected,
        long timedOut,
        long withdrawn,
        long refused,
        Duration answerTime) {

    /** Those that somebody said yes or no to. */
    public long answered() {
        return approved + rejected;
    }
}
