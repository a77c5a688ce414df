package dev.mneme.resilience;

/** A failure of a given class, as a test's target throws it. */
final class Outage extends Exception {

    private static final long serialVersionUID = 1;

    final transient Fault fault;

    Outage(ErrorClass errorClass) {
        this(Fault.of(errorClass));
    }

    Outage(Fault fault) {
        super(fault.errorClass().name());
        this.fault = fault;
    }

    static Classifier classifier() {
        return Classifier.standard().with(Outage.class, outage -> outage.fault);
    }
}
