package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.TypeRef;
import dev.mneme.resilience.Retry;
import dev.mneme.resilience.RetrySettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An agent, as it is registered: its name, its limits, and what it does with a task. Immutable.
 *
 * <pre>{@code
 * AgentSpec.<Query, Notes>named("researcher").capacity(500).timeout(ofSeconds(90)).handler((query, ctx) -> ...)
 * }</pre>
 *
 * @param <I> what it is given
 * @param <O> what it answers; may be null
 */
public final class AgentSpec<I, O extends @Nullable Object> {

    private static final int MAX_NAME_LENGTH = 80;
    private static final int MAX_CAPACITY = 10_000_000;
    static final int MAX_CONCURRENCY = 100_000;

    final String name;
    final int capacity;
    final int tenantCapacity;
    final int maxConcurrency;
    final Duration timeout;
    final Duration abandonAfter;
    final @Nullable Retry retry;
    final @Nullable RetrySettings retrySettings;
    final String version;
    final @Nullable Function<? super Optional<I>, TaskEstimate> estimator;
    final @Nullable TypeRef<I> inputType;
    final @Nullable TypeRef<?> outputType;
    final AgentHandler<? super I, ? extends O> handler;

    private AgentSpec(Builder<I, O> builder, AgentHandler<? super I, ? extends O> handler) {
        this.name = builder.name;
        this.capacity = builder.capacity;
        this.tenantCapacity = builder.tenantCapacity == 0 ? Math.max(1, builder.capacity / 4) : builder.tenantCapacity;
        this.maxConcurrency = builder.maxConcurrency;
        this.timeout = builder.timeout;
        this.abandonAfter = builder.abandonAfter;
        this.retry = builder.retry;
        this.retrySettings = builder.retrySettings;
        this.version = builder.version;
        this.estimator = builder.estimator;
        this.inputType = builder.inputType;
        this.outputType = builder.outputType;
        this.handler = handler;
    }

    /**
     * Begins to describe an agent.
     *
     * @param name 1 to 80 printable ASCII characters; from the host's own words, for it stands in logs and metrics
     * @throws IllegalArgumentException if the name breaks this rule
     */
    public static <I, O extends @Nullable Object> Builder<I, O> named(String name) {
        checkName("an agent's name", name);
        return new Builder<>(name);
    }

    static void checkName(String what, String name) {
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH || !name.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + MAX_NAME_LENGTH + " printable ASCII characters, had " + name.length());
        }
    }

    public String name() {
        return name;
    }

    /** The limits of an agent to be. Not for use by several threads. */
    public static final class Builder<I, O extends @Nullable Object> {

        private final String name;
        private int capacity = 1_000;
        private int tenantCapacity;
        private int maxConcurrency = 3;
        private Duration timeout = Duration.ofMinutes(5);
        private Duration abandonAfter = Duration.ofSeconds(30);
        private @Nullable Retry retry;
        private @Nullable RetrySettings retrySettings;
        private String version = "1";
        private @Nullable Function<? super Optional<I>, TaskEstimate> estimator;
        private @Nullable TypeRef<I> inputType;
        private @Nullable TypeRef<?> outputType;

        private Builder(String name) {
            this.name = name;
        }

        /**
         * The most tasks that may wait when another is accepted; 1,000 by default. A task waits while it is accepted and
         * has no slot: queued, backing off, or waiting for another agent. One that comes back to waiting is never refused,
         * so up to {@code maxConcurrency} more may wait.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000,000
         */
        public Builder<I, O> capacity(int capacity) {
            Limits.between("capacity", capacity, 1, MAX_CAPACITY);
            this.capacity = capacity;
            return this;
        }

        /**
         * The most tasks of one tenant that may wait when another of theirs is accepted; a quarter of the capacity by
         * default, and at least 1. The host's own tasks are bounded by the capacity only.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000,000
         */
        public Builder<I, O> tenantCapacity(int tenantCapacity) {
            Limits.between("tenantCapacity", tenantCapacity, 1, MAX_CAPACITY);
            this.tenantCapacity = tenantCapacity;
            return this;
        }

        /**
         * The most tasks that run at once; 3 by default. {@link AgentRef#maxConcurrency(int)} changes it later.
         *
         * @throws IllegalArgumentException if it is not 1 to 100,000
         */
        public Builder<I, O> maxConcurrency(int maxConcurrency) {
            Limits.between("maxConcurrency", maxConcurrency, 1, MAX_CONCURRENCY);
            this.maxConcurrency = maxConcurrency;
            return this;
        }

        /**
         * The time from submission until a task must have ended, waiting and repeated attempts included; 5 minutes by
         * default.
         *
         * @throws IllegalArgumentException if it is not more than zero, or more than a year
         */
        public Builder<I, O> timeout(Duration timeout) {
            Limits.timeout("timeout", timeout);
            this.timeout = timeout;
            return this;
        }

        /**
         * How long a handler that was told to stop keeps its slot (and the order of its key) if it does not return; 30 s by
         * default. After it the slot goes to another task, and the handler is counted as a zombie until it ends; on a pool
         * another thread takes the place of its own, up to {@link BusThreads#maxSuspended}.
         *
         * @throws IllegalArgumentException if it is negative, or more than a year
         */
        public Builder<I, O> abandonAfter(Duration abandonAfter) {
            Limits.notNegative("abandonAfter", abandonAfter);
            this.abandonAfter = abandonAfter;
            return this;
        }

        /**
         * Has attempts that fail for a passing reason repeated, with the budget of this agent alone (a retry for ten tasks,
         * ten saved). None by default. A wait between attempts holds neither a thread nor a slot.
         */
        public Builder<I, O> retry(RetrySettings settings) {
            this.retrySettings = requireNonNull(settings, "settings");
            this.retry = null;
            return this;
        }

        /** Has attempts repeated as this retry says: with its own classifier, and a budget that others may share. */
        public Builder<I, O> retry(Retry retry) {
            this.retry = requireNonNull(retry, "retry");
            this.retrySettings = null;
            return this;
        }

        /**
         * Says what a task may take before it runs, for {@link Plan#estimate()}; else it is what tasks took lately, at no cost.
         *
         * @param estimator given the input, which is empty if it is another node's answer; called by whoever wants an estimate
         */
        public Builder<I, O> estimate(Function<? super Optional<I>, TaskEstimate> estimator) {
            this.estimator = requireNonNull(estimator, "estimator");
            return this;
        }

        /** The types of what it is given and what it answers; only for {@link PlanForm}, which writes the one and compares both. */
        public Builder<I, O> types(Class<I> input, Class<?> output) {
            return types(TypeRef.of(input), TypeRef.of(output));
        }

        /** As {@link #types(Class, Class)}, for types with generic arguments. */
        public Builder<I, O> types(TypeRef<I> input, TypeRef<?> output) {
            this.inputType = requireNonNull(input, "input");
            this.outputType = requireNonNull(output, "output");
            return this;
        }

        /**
         * What changes when the agent does something else than before, so that a {@link PlanCache} forgets plans made for that;
         * {@code 1} by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 80 printable ASCII characters
         */
        public Builder<I, O> version(String version) {
            checkName("an agent's version", version);
            this.version = version;
            return this;
        }

        /** The finished description. */
        public AgentSpec<I, O> handler(AgentHandler<? super I, ? extends O> handler) {
            return new AgentSpec<>(this, requireNonNull(handler, "handler"));
        }
    }
}
