package dev.mneme.resilience;

/** One admitted call of a breaker; its first result counts, later ones are nothing. */
final class Permit {

    private final CircuitBreaker breaker;
    final CircuitBreaker.Epoch epoch;
    final long leaseEndNanos;
    /** Guarded by the breaker's lock. */
    boolean finished;

    Permit(CircuitBreaker breaker, CircuitBreaker.Epoch epoch, long leaseEndNanos) {
        this.breaker = breaker;
        this.epoch = epoch;
        this.leaseEndNanos = leaseEndNanos;
    }

    boolean isProbe() {
        return epoch.state == CircuitBreaker.State.HALF_OPEN;
    }

    void succeeded() {
        breaker.finish(this, CircuitBreaker.Verdict.SUCCESS);
    }

    void failed() {
        breaker.finish(this, CircuitBreaker.Verdict.FAILURE);
    }

    /** Finishes a call that says nothing about the target: cancelled, throttled, or refused for what was asked. */
    void ignored() {
        breaker.finish(this, CircuitBreaker.Verdict.IGNORED);
    }

    void finished(Fault fault) {
        if (fault.countsAgainstBreaker()) {
            failed();
        } else {
            ignored();
        }
    }
}
