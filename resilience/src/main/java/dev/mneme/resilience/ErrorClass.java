package dev.mneme.resilience;

import java.time.Duration;

/**
 * What kind of failure a call met, and so what to do about it; {@link Classifier} finds it.
 *
 * <p>The table of all answers is in {@code docs/resilience.md}.
 */
public enum ErrorClass {
    /** Too many calls in too short a time (429); the target is well. */
    RATE_LIMITED(true, false, OtherModel.YES, Duration.ofSeconds(30)),
    /** The target has more work than it can do (503, 529). */
    OVERLOADED(true, true, OtherModel.YES, Duration.ofSeconds(30)),
    /** Money or a day's allowance is used up; waiting seconds does not help. */
    QUOTA(false, false, OtherModel.YES, Duration.ofHours(1)),
    /** The key is wrong or may not do this (401, 403). */
    AUTH(false, true, OtherModel.YES, Duration.ofMinutes(10)),
    /** The request itself is wrong (400, 404, 422); it would be wrong everywhere. */
    BAD_REQUEST(false, false, OtherModel.NO, Duration.ZERO),
    /** The request is longer than the model's context. */
    CONTEXT_LENGTH(false, false, OtherModel.WITH_LARGER_CONTEXT, Duration.ZERO),
    /** A content filter refused the request or the answer. */
    CONTENT_FILTER(false, false, OtherModel.IF_HOST_ALLOWS, Duration.ZERO),
    /** No connection, or it broke. */
    NETWORK(true, true, OtherModel.YES, Duration.ofSeconds(10)),
    /** No answer in time (408, 504). */
    TIMEOUT(true, true, OtherModel.YES, Duration.ofSeconds(10)),
    /** The target failed (500, 502). */
    SERVER(true, true, OtherModel.YES, Duration.ofSeconds(10)),
    /** The caller gave up; nobody failed. */
    CANCELLED(false, false, OtherModel.NO, Duration.ZERO),
    /** Anything else: perhaps a defect of this program, so it is not repeated. */
    UNKNOWN(false, true, OtherModel.YES, Duration.ofSeconds(10));

    /** Whether a failed request may go to another model. */
    public enum OtherModel {
        NO,
        YES,
        /** Only to one that takes a longer request. */
        WITH_LARGER_CONTEXT,
        /** Only if the host chose so: another provider's filter may be laxer. */
        IF_HOST_ALLOWS
    }

    private final boolean retryHere;
    private final boolean countsAgainstBreaker;
    private final OtherModel otherModel;
    private final Duration coolFor;

    ErrorClass(boolean retryHere, boolean countsAgainstBreaker, OtherModel otherModel, Duration coolFor) {
        this.retryHere = retryHere;
        this.countsAgainstBreaker = countsAgainstBreaker;
        this.otherModel = otherModel;
        this.coolFor = coolFor;
    }

    /** Whether the same call to the same target may succeed a little later. */
    public boolean retryHere() {
        return retryHere;
    }

    /** Whether it is a sign that the target is down. */
    public boolean countsAgainstBreaker() {
        return countsAgainstBreaker;
    }

    public OtherModel otherModel() {
        return otherModel;
    }

    /** How long to leave the target alone when it does not say so itself; zero for not at all. */
    public Duration coolFor() {
        return coolFor;
    }
}
