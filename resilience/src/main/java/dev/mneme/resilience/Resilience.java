package dev.mneme.resilience;

import dev.mneme.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The breakers, retries and policies of one host, by name.
 *
 * <pre>{@code
 * Resilience r = Resilience.create();
 * Policy qdrant = r.policy("qdrant", Target.STORE);
 * Hits hits = qdrant.callOr(Hits.none("memory is away"), () -> store.agent(key).search(query));
 * }</pre>
 *
 * <p>A name stands for a target: policies, retries and breakers of one name share the breaker and the retry budget, and
 * the first to use a name decides their settings. Names come from the host's own small set, never from users: at most
 * {@value #MAX_NAMES} of each kind.
 *
 * <p>Safe for use by many threads. It needs no closing: its two daemon threads (timer and watchdog) exist only while
 * there is something to wait for.
 */
public final class Resilience {

    /** The most breakers, and the most policies, that one instance keeps. */
    public static final int MAX_NAMES = 1_000;

    private final Setup setup;
    private final Breakers breakers = new Breakers();
    private final Names<Policy> policies = new Names<>("policies");
    private final Names<RetryTokens> budgets = new Names<>("retry budgets");
    private final List<Consumer<BreakerTransition>> listeners = new CopyOnWriteArrayList<>();

    Resilience(Setup setup) {
        this.setup = setup;
    }

    public static Resilience create() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The policy of this name, made with the defaults of its kind of target if it is new. */
    public Policy policy(String name, Target target) {
        return policy(name, target.settings());
    }

    /**
     * The policy of this name, made with these settings if it is new.
     *
     * @throws IllegalArgumentException if the name is blank or too long, or there are too many already
     */
    public Policy policy(String name, PolicySettings settings) {
        return policies.named(name, () -> {
            CircuitBreaker breaker = breaker(name, settings.breaker());
            var retry = new Retry(name, settings.retry(), tokens(name, settings.budget()), breaker, setup);
            return new Policy(name, settings, breaker, retry, setup);
        });
    }

    /** The breaker of this name, made with default settings if it is new. */
    public CircuitBreaker breaker(String name) {
        return breaker(name, BreakerSettings.defaults());
    }

    /**
     * The breaker of this name, made with these settings if it is new.
     *
     * @throws IllegalArgumentException if the name is blank or too long, or there are too many already
     */
    public CircuitBreaker breaker(String name, BreakerSettings settings) {
        return breakers.names().named(name, () -> {
            var breaker = new CircuitBreaker(name, settings, setup.classifier(), setup.ticker());
            breaker.onTransition(this::tell);
            return breaker;
        });
    }

    /**
     * A retry alone, for who needs nothing else: it shares the retry budget of its name, and asks no breaker.
     *
     * @throws IllegalArgumentException if the name is blank or too long, or there are too many already
     */
    public Retry retry(String name, RetrySettings settings) {
        return new Retry(name, settings, tokens(name, RetryBudget.defaults()), null, setup);
    }

    /** A bulkhead alone, which belongs to whoever asked for it: two of one name do not share their places. */
    public Bulkhead bulkhead(String name, BulkheadSettings settings) {
        return new Bulkhead(name, settings, setup.waits());
    }

    /** A deadline on this instance's clock. */
    public Deadline deadline(Duration time) {
        return Deadline.after(time, setup.ticker());
    }

    /** All breakers, for a readiness page. */
    public Breakers breakers() {
        return breakers;
    }

    /** All policies there are now, by name. */
    public List<Policy> policies() {
        return policies.all();
    }

    /**
     * Tells a listener of every change of state of any breaker from now on; in order for each breaker, on the thread
     * that brought it about.
     */
    public void onTransition(Consumer<BreakerTransition> listener) {
        listeners.add(listener);
    }

    void watchPolicies(Consumer<Policy> watcher) {
        policies.watch(watcher);
    }

    private void tell(BreakerTransition transition) {
        listeners.forEach(listener -> Transitions.tell(listener, transition));
    }

    private RetryTokens tokens(String name, RetryBudget budget) {
        return budgets.named(name, () -> new RetryTokens(budget));
    }

    /** Settings that all parts of a {@link Resilience} share. Not for use by several threads. */
    public static final class Builder {

        private Ticker ticker = Ticker.system();
        private Classifier classifier = Classifier.standard();
        private Executor executor = ForkJoinPool.commonPool();
        private Waits waits = Waits.system();
        private RandomGenerator random = new SharedRandom();

        private Builder() {}

        /** The clock of all durations; {@link Ticker#system()} by default. */
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** What sorts failures; {@link Classifier#standard()} by default. */
        public Builder classifier(Classifier classifier) {
            this.classifier = classifier;
            return this;
        }

        /** Where asynchronous calls are repeated and complete; the common pool by default. The host closes it. */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        Builder waits(Waits waits) {
            this.waits = waits;
            return this;
        }

        Builder random(RandomGenerator random) {
            this.random = random;
            return this;
        }

        public Resilience build() {
            return new Resilience(new Setup(ticker, classifier, waits, executor, random, new Watchdog(ticker)));
        }
    }
}
