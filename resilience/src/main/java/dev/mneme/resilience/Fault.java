package dev.mneme.resilience;

import java.time.Duration;

/**
 * A failed call, understood.
 *
 * @param errorClass its class
 * @param retryAfter how long the target asked to be left alone; zero if it did not say
 * @param made false if the call was refused on this side, so that it says nothing about the target and repeating it at
 *     once is of no use
 */
public record Fault(ErrorClass errorClass, Duration retryAfter, boolean made) {

    /**
     * @throws IllegalArgumentException if {@code retryAfter} is negative or more than a year
     */
    public Fault {
        Rules.notNegative("retryAfter", retryAfter);
    }

    public static Fault of(ErrorClass errorClass) {
        return new Fault(errorClass, Duration.ZERO, true);
    }

    /** This fault with the wait that the target asked for. */
    public Fault withRetryAfter(Duration retryAfter) {
        return new Fault(errorClass, retryAfter, made);
    }

    public boolean retryHere() {
        return made && errorClass.retryHere();
    }

    public boolean countsAgainstBreaker() {
        return made && errorClass.countsAgainstBreaker();
    }

    public ErrorClass.OtherModel otherModel() {
        return errorClass.otherModel();
    }

    /** How long to leave the target alone: the longer of what its class asks and what the target asked. */
    public Duration coolFor() {
        return retryAfter.compareTo(errorClass.coolFor()) > 0 ? retryAfter : errorClass.coolFor();
    }
}
