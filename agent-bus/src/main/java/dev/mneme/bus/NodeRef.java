package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node of a plan that is being built, for the nodes that need it; later for its part of the {@link PlanResult}. Belongs to
 * one {@link Plan.Builder}; what it is told after {@code build()} changes nothing.
 *
 * @param <O> what it answers
 */
public final class NodeRef<O extends @Nullable Object> {

    final Plan.Builder builder;
    final int index;
    final String name;
    final PlanNode<O> node;
    final List<NodeRef<?>> sources;
    final int needed;
    final Set<NodeRef<?>> after = new LinkedHashSet<>();
    FailurePolicy policy = FailurePolicy.SKIP_DEPENDENTS;

    NodeRef(
            Plan.Builder builder,
            int index,
            String name,
            PlanNode<O> node,
            List<? extends NodeRef<?>> sources,
            int needed) {
        this.builder = builder;
        this.index = index;
        this.name = name;
        this.node = node;
        this.sources = new ArrayList<>(sources);
        this.needed = needed;
    }

    public String name() {
        return name;
    }

    /**
     * Begins only when these have answered, too, though it needs nothing of their answers.
     *
     * @throws IllegalArgumentException if one of them is of another plan
     */
    public NodeRef<O> after(NodeRef<?>... others) {
        for (NodeRef<?> other : others) {
            builder.own(other);
            after.add(other);
        }
        return this;
    }

    /** {@link FailurePolicy#SKIP_DEPENDENTS} by default. */
    public NodeRef<O> onFailure(FailurePolicy policy) {
        this.policy = requireNonNull(policy, "policy");
        return this;
    }

    @Override
    public String toString() {
        return "NodeRef " + name;
    }
}
