package dev.mneme.bus;

import dev.mneme.memory.coordination.ApprovalRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a node does.
 *
 * @param <O> what it answers
 */
sealed interface PlanNode<O extends @Nullable Object> {

    /**
     * An agent is given something.
     *
     * @param given its input, if that is known beforehand
     * @param joins whether the input is a list of answers, and not the one answer
     */
    record Task<I, O extends @Nullable Object>(
            AgentRef<I, O> agent, @Nullable I given, boolean joins) implements PlanNode<O> {

        /** Makes the input of the answers of the sources that answered, in the order of the sources. */
        @SuppressWarnings("unchecked") // what nodes of this type answered
        @Nullable
        I input(List<@Nullable Object> answers) {
            if (given != null) {
                return given;
            }
            return joins ? (I) answers : (I) answers.get(0);
        }

        /** What the agent says that it may take, else what its tasks took lately. Calls code of users. */
        TaskEstimate estimate() {
            Function<? super Optional<I>, TaskEstimate> estimator = agent.spec().estimator;
            return estimator == null
                    ? TaskEstimate.of(Duration.ofNanos(agent.mailbox().meanRunNanos()))
                    : estimator.apply(Optional.ofNullable(given));
        }
    }

    /**
     * A person is asked.
     *
     * @param fixed what is asked, if that does not depend on an answer
     * @param of makes it of the answer of the source; null for what is fixed
     */
    record Asking(@Nullable Approval fixed, @Nullable Function<@Nullable Object, Approval> of)
            implements PlanNode<ApprovalRecord> {

        Approval approval(@Nullable Object answer) {
            if (of != null) {
                return of.apply(answer);
            }
            if (fixed == null) {
                throw new IllegalStateException("an approval without a question");
            }
            return fixed;
        }
    }
}
