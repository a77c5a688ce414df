package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of several agents that need each other's answers: a graph without circles. Each node begins when those it needs have
 * ended, whatever else is still running; the types of the agents say who can need whom. Immutable, and may be run any number
 * of times.
 *
 * <pre>{@code
 * Plan.Builder p = Plan.builder("report");
 * var sources = topics.stream().map(topic -> p.node("research-" + topic, researcher, new Query(topic))).toList();
 * var draft = p.join("draft", writer, sources, Join.atLeast(2));
 * var receipt = p.node("publish", publisher, draft);
 * bus.submit(p.build(), Submit.by(tenant).deadline(ofHours(1)));
 * }</pre>
 */
public final class Plan {

    /** The most nodes of one plan. */
    public static final int MAX_NODES = 100_000;

    private final String name;
    final List<NodeRef<?>> nodes;
    final FailurePolicy[] policies;
    /** Of each node, those it waits for: first the sources of its input, then those it only comes after. */
    final int[][] needs;

    final int[][] neededBy;
    /** How many of the needs are sources. */
    final int[] sources;

    private final int[] order;

    private Plan(Builder builder) {
        this.name = builder.name;
        this.nodes = List.copyOf(builder.nodes);
        int size = nodes.size();
        this.needs = new int[size][];
        this.neededBy = new int[size][];
        this.sources = new int[size];
        this.policies = new FailurePolicy[size];
        int[] dependents = new int[size];
        for (NodeRef<?> node : nodes) {
            int i = node.index;
            policies[i] = node.policy;
            sources[i] = node.sources.size();
            List<NodeRef<?>> all = new ArrayList<>(node.sources);
            all.addAll(node.after);
            needs[i] = all.stream().mapToInt(needed -> needed.index).toArray();
            for (int needed : needs[i]) {
                dependents[needed]++;
            }
        }
        for (int i = 0; i < size; i++) {
            neededBy[i] = new int[dependents[i]];
        }
        for (int i = 0; i < size; i++) {
            for (int needed : needs[i]) {
                neededBy[needed][--dependents[needed]] = i;
            }
        }
        this.order = sort();
    }

    /**
     * Begins to describe a plan.
     *
     * @param name 1 to 80 printable ASCII characters
     * @throws IllegalArgumentException if the name breaks this rule
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    public String name() {
        return name;
    }

    public int size() {
        return nodes.size();
    }

    /**
     * What it may take, from what its agents' tasks took so far (a task that nothing is known of counts as nothing): one after
     * another, and if none ever waits for a slot. Waits in queues and repeated attempts are in neither.
     */
    public PlanEstimate estimate() {
        long sum = 0;
        long longest = 0;
        long[] ends = new long[nodes.size()];
        for (int i : order) {
            long begin = 0;
            for (int needed : needs[i]) {
                begin = Math.max(begin, ends[needed]);
            }
            long took = nodes.get(i).node.agent().mailbox().meanRunNanos();
            sum += took;
            ends[i] = begin + took;
            longest = Math.max(longest, ends[i]);
        }
        return new PlanEstimate(Duration.ofNanos(sum), Duration.ofNanos(longest));
    }

    /** One line for each node: its name, its agent, what it needs, and its policy if that is not the usual one. */
    public String text() {
        var text = new StringBuilder("plan ").append(name).append(", nodes: ").append(size());
        for (NodeRef<?> node : nodes) {
            text.append("\n  ")
                    .append(node.name)
                    .append(": ")
                    .append(node.node.agent().name());
            if (!node.sources.isEmpty()) {
                text.append(", given ")
                        .append(names(Arrays.stream(needs[node.index], 0, sources[node.index])
                                .toArray()));
            }
            if (node.needed < node.sources.size()) {
                text.append(" (at least ").append(node.needed).append(')');
            }
            if (needs[node.index].length > sources[node.index]) {
                text.append(", after ")
                        .append(names(
                                Arrays.copyOfRange(needs[node.index], sources[node.index], needs[node.index].length)));
            }
            if (policies[node.index] != FailurePolicy.SKIP_DEPENDENTS) {
                text.append(", on failure ").append(policies[node.index]);
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return "Plan " + name + ", nodes: " + size();
    }

    int[] order() {
        return order;
    }

    int needed(int node) {
        return nodes.get(node).needed;
    }

    private String names(int[] which) {
        return Arrays.stream(which).mapToObj(i -> nodes.get(i).name).collect(Collectors.joining(", "));
    }

    /** An order in which each node comes after what it needs. */
    private int[] sort() {
        int[] left = new int[nodes.size()];
        Deque<Integer> ready = new ArrayDeque<>();
        for (int i = 0; i < left.length; i++) {
            left[i] = needs[i].length;
            if (left[i] == 0) {
                ready.add(i);
            }
        }
        int[] sorted = new int[left.length];
        int done = 0;
        while (!ready.isEmpty()) {
            int node = ready.remove();
            sorted[done++] = node;
            for (int dependent : neededBy[node]) {
                if (--left[dependent] == 0) {
                    ready.add(dependent);
                }
            }
        }
        if (done < left.length) {
            throw new IllegalArgumentException("a plan must have no circle, had " + circle(left));
        }
        return sorted;
    }

    /** Whoever is left waits for one who is left: to go that way is to come round. */
    private String circle(int[] left) {
        int at = 0;
        while (left[at] == 0) {
            at++;
        }
        Set<Integer> path = new LinkedHashSet<>();
        while (path.add(at)) {
            at = Arrays.stream(needs[at])
                    .filter(needed -> left[needed] > 0)
                    .findFirst()
                    .orElseThrow();
        }
        List<Integer> round = new ArrayList<>(path);
        round = round.subList(round.indexOf(at), round.size());
        // they were walked against the arrows
        var text = new StringBuilder(nodes.get(at).name);
        for (int i = round.size() - 1; i >= 0; i--) {
            text.append(" -> ").append(nodes.get(round.get(i)).name);
        }
        return text.toString();
    }

    /** The nodes of a plan to be. Not for use by several threads. */
    public static final class Builder {

        private final String name;
        private final List<NodeRef<?>> nodes = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

        private Builder(String name) {
            AgentSpec.checkName("a plan's name", name);
            this.name = name;
        }

        /**
         * A task whose input is known.
         *
         * @throws IllegalArgumentException if the plan has a node of this name, or {@value #MAX_NODES} nodes; or if the name is
         *     not 1 to 80 printable ASCII characters
         */
        public <I, O extends @Nullable Object> NodeRef<O> node(String name, AgentRef<I, O> agent, I input) {
            requireNonNull(input, "input");
            return add(name, new PlanNode<>(agent, answers -> input), List.of(), 0);
        }

        /**
         * A task whose input is the answer of another node.
         *
         * @throws IllegalArgumentException as the other {@code node} does, or if {@code source} is of another plan
         */
        @SuppressWarnings("unchecked") // what a node of this type answered
        public <I, O extends @Nullable Object> NodeRef<O> node(
                String name, AgentRef<I, O> agent, NodeRef<? extends I> source) {
            return add(name, new PlanNode<>(agent, answers -> (I) answers.get(0)), List.of(own(source)), 1);
        }

        /**
         * A task whose input is the answers of several nodes, in their order; those that did not answer are left out.
         *
         * @throws IllegalArgumentException as {@code node} does, or if there are no sources, or fewer than the join needs
         */
        @SuppressWarnings("unchecked") // what nodes of this type answered
        public <A extends @Nullable Object, O extends @Nullable Object> NodeRef<O> join(
                String name, AgentRef<List<A>, O> agent, List<? extends NodeRef<? extends A>> sources, Join join) {
            sources.forEach(this::own);
            int needed = join.needed() == 0 ? sources.size() : join.needed();
            if (needed > sources.size() || sources.isEmpty()) {
                throw new IllegalArgumentException("a join must have at least as many sources as it needs, and 1; had "
                        + sources.size() + " for " + needed);
            }
            return add(name, new PlanNode<>(agent, answers -> (List<A>) answers), sources, needed);
        }

        /**
         * The finished plan.
         *
         * @throws IllegalArgumentException if it has no nodes, or nodes that wait for each other; the message names these
         */
        public Plan build() {
            if (nodes.isEmpty()) {
                throw new IllegalArgumentException("a plan must have at least 1 node, had none");
            }
            return new Plan(this);
        }

        NodeRef<?> own(NodeRef<?> node) {
            if (node.builder != this) {
                throw new IllegalArgumentException("a node must be of this plan, " + node.name + " was of another");
            }
            return node;
        }

        private <I, O extends @Nullable Object> NodeRef<O> add(
                String node, PlanNode<I, O> what, List<? extends NodeRef<?>> sources, int needed) {
            AgentSpec.checkName("a node's name", node);
            if (nodes.size() >= MAX_NODES) {
                throw new IllegalArgumentException("a plan must have at most " + MAX_NODES + " nodes, and has them");
            }
            if (!names.add(node)) {
                throw new IllegalArgumentException(
                        "a node's name must be its own; there is another node named " + node);
            }
            var ref = new NodeRef<>(this, nodes.size(), node, what, sources, needed);
            nodes.add(ref);
            return ref;
        }
    }
}
