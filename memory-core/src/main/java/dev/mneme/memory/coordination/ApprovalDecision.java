package dev.mneme.memory.coordination;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What became of a verdict. */
public sealed interface ApprovalDecision {

    /** It holds. */
    record Decided(ApprovalRecord record) implements ApprovalDecision {}

    /** It does not: this was decided before, by whomever. */
    record AlreadyDecided(ApprovalRecord record) implements ApprovalDecision {}

    /** It does not: the deadline had passed. */
    record Expired(ApprovalRecord record) implements ApprovalDecision {}

    /** There is no such request, or not of this tenant, or not any more. */
    record Unknown() implements ApprovalDecision {}

    /** The request as it is now, if it is known. */
    default Optional<ApprovalRecord> optional() {
        return fold(Optional::of, Optional::of, Optional::of, unknown -> Optional.empty());
    }

    default boolean isDecided() {
        return this instanceof Decided;
    }

    /** One result from the four cases. */
    default <R> R fold(
            Function<? super ApprovalRecord, ? extends R> decided,
            Function<? super ApprovalRecord, ? extends R> alreadyDecided,
            Function<? super ApprovalRecord, ? extends R> expired,
            Function<? super Unknown, ? extends R> unknown) {
        if (this instanceof Decided now) {
            return decided.apply(now.record());
        }
        if (this instanceof AlreadyDecided before) {
            return alreadyDecided.apply(before.record());
        }
        return this instanceof Expired late ? expired.apply(late.record()) : unknown.apply((Unknown) this);
    }

    /** Does one of four things. */
    default void handle(
            Consumer<? super ApprovalRecord> decided,
            Consumer<? super ApprovalRecord> alreadyDecided,
            Consumer<? super ApprovalRecord> expired,
            Consumer<? super Unknown> unknown) {
        if (this instanceof Decided now) {
            decided.accept(now.record());
        } else if (this instanceof AlreadyDecided before) {
            alreadyDecided.accept(before.record());
        } else if (this instanceof Expired late) {
            expired.accept(late.record());
        } else {
            unknown.accept((Unknown) this);
        }
    }
}
