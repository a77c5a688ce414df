package dev.mneme.memory.coordination;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Whether a request for approval was taken. */
public sealed interface ApprovalAdmission {

    /** It was, now or by an earlier call with its id. */
    record Admitted(ApprovalRecord record) implements ApprovalAdmission {}

    /**
     * It was not: the same was asked, and said no to, as often as may be.
     *
     * @param requests how often
     * @param retryAfter when these will be forgotten
     */
    record TooOften(int requests, Duration retryAfter) implements ApprovalAdmission {}

    /**
     * It was not: so many requests wait already.
     *
     * @param limit of the tenant, or of all
     */
    record Full(int limit) implements ApprovalAdmission {}

    /** The record; empty if the request was not taken. */
    default Optional<ApprovalRecord> optional() {
        return this instanceof Admitted admitted ? Optional.of(admitted.record()) : Optional.empty();
    }

    /** One result from the three cases. */
    default <R> R fold(
            Function<? super ApprovalRecord, ? extends R> admitted,
            Function<? super TooOften, ? extends R> tooOften,
            Function<? super Full, ? extends R> full) {
        if (this instanceof Admitted yes) {
            return admitted.apply(yes.record());
        }
        return this instanceof TooOften often ? tooOften.apply(often) : full.apply((Full) this);
    }

    /** Does one of three things. */
    default void handle(
            Consumer<? super ApprovalRecord> admitted,
            Consumer<? super TooOften> tooOften,
            Consumer<? super Full> full) {
        if (this instanceof Admitted yes) {
            admitted.accept(yes.record());
        } else if (this instanceof TooOften often) {
            tooOften.accept(often);
        } else {
            full.accept((Full) this);
        }
    }
}
