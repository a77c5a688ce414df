package dev.mneme.resilience;

import java.time.Duration;

/**
 * When a breaker opens, for how long, and what closes it.
 *
 * @param failuresInARow how many failures with no success between them open it; 1 to 1,000
 * @param openFor the first open time; more than zero
 * @param growth the factor from one open time to the next while it keeps reopening; 1 to 100
 * @param maxOpen the cap of the open time; at least {@code openFor}
 * @param successesToClose how many probes must succeed, one after the other, to close it; 1 to 1,000
 * @param probeLease how long a probe may run before it counts as failed, so that a call that never returns cannot hold
 *     the breaker half-open; should be longer than the timeout of a call
 */
public record BreakerSettings(
        int failuresInARow,
        Duration openFor,
        double growth,
        Duration maxOpen,
        int successesToClose,
        Duration probeLease) {

    /**
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public BreakerSettings {
        Rules.between("failuresInARow", failuresInARow, 1, 1_000);
        Rules.positive("openFor", openFor);
        Rules.between("growth", growth, 1.0, 100.0);
        Rules.positive("maxOpen", maxOpen);
        Rules.atLeast("maxOpen", maxOpen, "openFor", openFor);
        Rules.between("successesToClose", successesToClose, 1, 1_000);
        Rules.positive("probeLease", probeLease);
    }

    /** Opens after 5 failures for 60 s, doubling to 600 s; 2 successes close it; a probe may run for 150 s. */
    public static BreakerSettings defaults() {
        return new BreakerSettings(5, Duration.ofSeconds(60), 2, Duration.ofSeconds(600), 2, Duration.ofSeconds(150));
    }

    public BreakerSettings withFailuresInARow(int failuresInARow) {
        return new BreakerSettings(failuresInARow, openFor, growth, maxOpen, successesToClose, probeLease);
    }

    /** The same with another first open time, growth and cap; they are checked together. */
    public BreakerSettings withOpenTimes(Duration openFor, double growth, Duration maxOpen) {
        return new BreakerSettings(failuresInARow, openFor, growth, maxOpen, successesToClose, probeLease);
    }

    public BreakerSettings withSuccessesToClose(int successesToClose) {
        return new BreakerSettings(failuresInARow, openFor, growth, maxOpen, successesToClose, probeLease);
    }

    public BreakerSettings withProbeLease(Duration probeLease) {
        return new BreakerSettings(failuresInARow, openFor, growth, maxOpen, successesToClose, probeLease);
    }

    /** The open time of the {@code opening}-th opening in a row, counted from 1. */
    long openNanos(int opening) {
        double nanos = openFor.toNanos() * Math.pow(growth, opening - 1.0);
        return nanos < (double) maxOpen.toNanos() ? (long) nanos : maxOpen.toNanos();
    }
}
