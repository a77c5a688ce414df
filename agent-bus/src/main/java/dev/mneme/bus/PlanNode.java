package dev.mneme.bus;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a node does: which agent is given what.
 *
 * @param input makes the input of the answers of the sources that answered, in the order of the sources
 */
record PlanNode<I, O extends @Nullable Object>(
        AgentRef<I, O> agent, Function<List<@Nullable Object>, @Nullable I> input) {}
