package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRequest;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
 * var ok = p.approval("review", draft, d -> Approval.of("Publish?", d.summary()).risk(HIGH));
 * var receipt = p.node("publish", publisher, draft).after(ok);
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

    private final @Nullable Function<? super Plan, Approval> firstApproval;
    /** What is asked first, if it does not depend on the plan. */
    final @Nullable Approval firstApprovalFixed;

    private Plan(Builder builder) {
        this.name = builder.name;
        this.firstApproval = builder.firstApproval;
        this.firstApprovalFixed = builder.firstApprovalFixed;
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
     * What it may take: one after another, and if none ever waits for a slot; by what the agents say ({@link
     * AgentSpec.Builder#estimate}), else by what their tasks took so far (a task that nothing is known of counts as nothing).
     * Waits in queues and for people, and repeated attempts, are not in it.
     */
    public PlanEstimate estimate() {
        Duration sum = Duration.ZERO;
        Duration longest = Duration.ZERO;
        BigDecimal cost = BigDecimal.ZERO;
        Duration[] ends = new Duration[nodes.size()];
        for (int i : order) {
            Duration end = Duration.ZERO;
            for (int needed : needs[i]) {
                end = ends[needed].compareTo(end) > 0 ? ends[needed] : end;
            }
            if (nodes.get(i).node instanceof PlanNode.Task<?, ?> task) {
                TaskEstimate estimate = task.estimate();
                sum = sum.plus(estimate.time());
                cost = cost.add(estimate.cost());
                end = end.plus(estimate.time());
            }
            ends[i] = end;
            longest = end.compareTo(longest) > 0 ? end : longest;
        }
        return new PlanEstimate(sum, longest, cost);
    }

    /** One line for each node: its name, its agent, what it needs, and its policy if that is not the usual one. */
    public String text() {
        var text = new StringBuilder("plan ").append(name).append(", nodes: ").append(size());
        for (NodeRef<?> node : nodes) {
            text.append("\n  ")
                    .append(node.name)
                    .append(": ")
                    .append(
                            node.node instanceof PlanNode.Task<?, ?> task
                                    ? task.agent().name()
                                    : "approval");
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

    boolean needsApproval() {
        return firstApproval != null;
    }

    /** What is asked before the first node; calls code of users. */
    Approval approval() {
        Approval asked = requireNonNull(firstApproval).apply(this);
        if (!asked.details().isEmpty()) {
            return asked;
        }
        PlanEstimate estimate = estimate();
        String details = "estimate: " + estimate.sequential() + " one after another, " + estimate.criticalPath()
                + " at the least, cost " + estimate.cost().toPlainString() + '\n' + text();
        return asked.details(details.substring(0, Math.min(details.length(), ApprovalRequest.MAX_DETAILS)));
    }

    /** The agents of the nodes. */
    Stream<AgentRef<?, ?>> agents() {
        return nodes.stream()
                .flatMap(node -> node.node instanceof PlanNode.Task<?, ?> task
                        ? Stream.<AgentRef<?, ?>>of(task.agent())
                        : Stream.<AgentRef<?, ?>>empty());
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
        private @Nullable Function<? super Plan, Approval> firstApproval;
        private @Nullable Approval firstApprovalFixed;

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
            return add(name, new PlanNode.Task<>(agent, input, false), List.of(), 0);
        }

        /**
         * A task whose input is the answer of another node.
         *
         * @throws IllegalArgumentException as the other {@code node} does, or if {@code source} is of another plan
         */
        public <I, O extends @Nullable Object> NodeRef<O> node(
                String name, AgentRef<I, O> agent, NodeRef<? extends I> source) {
            return add(name, new PlanNode.Task<I, O>(agent, null, false), List.of(own(source)), 1);
        }

        /**
         * A task whose input is the answers of several nodes, in their order; those that did not answer are left out.
         *
         * @throws IllegalArgumentException as {@code node} does, or if there are no sources, or fewer than the join needs
         */
        public <A extends @Nullable Object, O extends @Nullable Object> NodeRef<O> join(
                String name, AgentRef<List<A>, O> agent, List<? extends NodeRef<? extends A>> sources, Join join) {
            sources.forEach(this::own);
            int needed = join.needed() == 0 ? sources.size() : join.needed();
            if (needed > sources.size() || sources.isEmpty()) {
                throw new IllegalArgumentException("a join must have at least as many sources as it needs, and 1; had "
                        + sources.size() + " for " + needed);
            }
            return add(name, new PlanNode.Task<List<A>, O>(agent, null, true), sources, needed);
        }

        /**
         * A person is asked about the answer of another node; nobody's thread and no slot waits. Answers the record of a yes; of
         * anything else it fails as {@link TaskDetail#NOT_APPROVED}, so what comes {@code after} it is skipped.
         *
         * @param ask makes the question of the answer, on a control thread of the bus; if it throws, the node fails
         * @throws IllegalArgumentException as the first {@code node} does, or if {@code source} is of another plan
         */
        @SuppressWarnings({"unchecked", "NullAway"}) // what a node of this type answered, null if it may
        public <A extends @Nullable Object> NodeRef<ApprovalRecord> approval(
                String name, NodeRef<A> source, Function<? super A, Approval> ask) {
            requireNonNull(ask, "ask");
            var node = new PlanNode.Asking(null, answer -> ask.apply((A) answer));
            return add(name, node, List.of(own(source)), 1);
        }

        /** As the other {@code approval}, with a question that does not depend on the answer. */
        public NodeRef<ApprovalRecord> approval(String name, NodeRef<?> source, Approval approval) {
            return add(name, new PlanNode.Asking(requireNonNull(approval, "approval"), null), List.of(own(source)), 1);
        }

        /** As the other {@code approval}, about nothing that another node answers: asked as soon as the plan begins. */
        public NodeRef<ApprovalRecord> approval(String name, Approval approval) {
            return add(name, new PlanNode.Asking(requireNonNull(approval, "approval"), null), List.of(), 0);
        }

        /**
         * A person is asked before the first node begins; if the answer is no yes the plan fails as {@link
         * TaskDetail#NOT_APPROVED}. An approval without details is given the plan's estimate and text.
         *
         * @param ask makes the question of the finished plan, on a control thread of the bus
         */
        public Builder approvedFirst(Function<? super Plan, Approval> ask) {
            requireNonNull(ask, "ask");
            this.firstApproval = ask;
            this.firstApprovalFixed = null;
            return this;
        }

        /** As {@link #approvedFirst(Function)}, with a question that says nothing of the plan. */
        public Builder approvedFirst(Approval approval) {
            requireNonNull(approval, "approval");
            approvedFirst(plan -> approval);
            this.firstApprovalFixed = approval;
            return this;
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

        <O extends @Nullable Object> NodeRef<O> add(
                String node, PlanNode<O> what, List<? extends NodeRef<?>> sources, int needed) {
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
