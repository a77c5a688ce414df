package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What became of a plan's nodes. Immutable, as far as the answers are. */
public final class PlanResult {

    private final Plan plan;
    private final List<Optional<Outcome<?>>> outcomes;
    private final Map<String, Set<String>> skipped;

    /** @param outcomes of each node; empty for one that was skipped */
    PlanResult(Plan plan, List<Optional<Outcome<?>>> outcomes, Map<String, Set<String>> skipped) {
        this.plan = plan;
        this.outcomes = outcomes;
        this.skipped = skipped;
    }

    /** Whether every node answered. */
    public boolean isComplete() {
        return outcomes.stream()
                .allMatch(outcome -> outcome.isPresent() && outcome.get().isCompleted());
    }

    /**
     * How a node's task ended; empty if there was none, because the node was skipped.
     *
     * @throws IllegalArgumentException if the node is of another plan
     */
    @SuppressWarnings("unchecked") // kept under the index of the node that has this type
    public <O extends @Nullable Object> Optional<Outcome<O>> outcome(NodeRef<O> node) {
        if (node.index >= plan.size() || plan.nodes.get(node.index) != node) {
            throw new IllegalArgumentException("node must be of plan " + plan.name() + ", " + node.name + " was not");
        }
        return outcomes.get(node.index).map(outcome -> (Outcome<O>) outcome);
    }

    /**
     * A node's answer.
     *
     * @throws TaskFailedException if its task failed or was cancelled
     * @throws IllegalStateException if it was skipped; the message names the nodes that are the cause
     */
    public <O extends @Nullable Object> O get(NodeRef<O> node) {
        Optional<Outcome<O>> outcome = outcome(node);
        if (outcome.isEmpty()) {
            throw new IllegalStateException("node " + node.name + " was skipped because of " + skipped.get(node.name));
        }
        return outcome.get().get();
    }

    /** The nodes that answered, in the order of the plan. */
    public Set<String> completed() {
        Set<String> names = new LinkedHashSet<>();
        each((name, outcome) -> {
            if (outcome.isCompleted()) {
                names.add(name);
            }
        });
        return names;
    }

    /** The nodes whose task failed, and why. */
    public Map<String, Throwable> failed() {
        Map<String, Throwable> causes = new LinkedHashMap<>();
        each((name, outcome) -> outcome.failure().ifPresent(cause -> causes.put(name, cause)));
        return causes;
    }

    /** The nodes whose task was cancelled. */
    public Set<String> cancelled() {
        Set<String> names = new LinkedHashSet<>();
        each((name, outcome) -> {
            if (outcome.status().state() == TaskState.CANCELLED) {
                names.add(name);
            }
        });
        return names;
    }

    /** The nodes that never had a task, and the nodes whose failure or cancellation is the cause. */
    public Map<String, Set<String>> skipped() {
        return skipped;
    }

    @Override
    public String toString() {
        return "PlanResult of " + plan.name() + ": completed " + completed() + ", failed " + failed().keySet()
                + ", cancelled " + cancelled() + ", skipped " + skipped;
    }

    private void each(BiConsumer<String, Outcome<?>> with) {
        for (int i = 0; i < outcomes.size(); i++) {
            String name = requireNonNull(plan.nodes.get(i)).name;
            outcomes.get(i).ifPresent(outcome -> with.accept(name, outcome));
        }
    }
}
