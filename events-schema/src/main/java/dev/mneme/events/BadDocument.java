package dev.mneme.events;

import dev.mneme.events.Decoded.Malformed;

/** A document that is no event; its message is the {@link Malformed#detail()}. */
final class BadDocument extends RuntimeException {

    private final Malformed.Fault fault;
    private final String detail;

    BadDocument(Malformed.Fault fault, String detail) {
        super(detail, null, false, false);
        this.fault = fault;
        this.detail = detail;
    }

    String detail() {
        return detail;
    }

    Malformed.Fault fault() {
        return fault;
    }
}
