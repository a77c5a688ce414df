package dev.mneme.examples.payment;

import dev.mneme.Tenant;

/** A user; the owner of all that is theirs. */
record UserId(long number) {

    Tenant tenant() {
        return Tenant.of("user-" + number);
    }
}
