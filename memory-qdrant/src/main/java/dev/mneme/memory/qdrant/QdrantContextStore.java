package dev.mneme.memory.qdrant;

import static dev.mneme.memory.qdrant.Calls.What.ERASE;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.HealthCheck;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.EmbedderMismatchException;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.context.TextAnalyzer;
import dev.mneme.memory.context.spi.AsyncCalls;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Scroll;
import dev.mneme.memory.qdrant.Calls.Work;
import dev.mneme.resilience.Classifier;
import dev.mneme.resilience.Policy;
import dev.mneme.resilience.Resilience;
import dev.mneme.resilience.Target;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context store on a Qdrant server, 1.16 or later: memories of many agents that many processes share.
 *
 * <p>All agents are in one collection, told apart by a key that every call carries; a store's name and its embedder make the
 * collection's name. Vectors of the words are made here, by the store's analyzer, and the asking agent's own counts go with a
 * question: one agent's text never moves another's ranking.
 *
 * <p><b>Away.</b> {@link Builder#build()} returns also if the server cannot be reached; calls then fail with {@link
 * ContextStoreAwayException}, each at its deadline at the latest, until one gets through. A failed call says whether something may have been changed. Calls that failed for a
 * reason that passes are repeated as the store's {@link Builder#policy policy} says, within the deadline.
 *
 * <p><b>Durability.</b> A change has been applied when its call returns, on as many replicas as the options say. Whether it
 * survives the death of a server's machine is for that server's settings to say.
 *
 * <p><b>Many processes.</b> An older record never overwrites a newer one, whoever writes. What became of an addition ({@code
 * NEW}, {@code REPLACED}, {@code OLDER}), and whether a deleted record was there, is exact among the threads of one process;
 * of two processes that write one id in the same moment both may be told the same. Records that another process adds are
 * found at once; the counts by which words are weighed follow within {@link Builder#countsFor}.
 *
 * <p><b>Threads.</b> Work runs and waits on the caller's thread. The threads of the channel only hand over answers; they, and
 * those of the async calls, end with {@link #close}. An interrupt ends a call, and is kept.
 */
public final class QdrantContextStore implements ContextStore {

    /** The most records that go to the server in one request. */
    public static final int BATCH = 256;

    private static final Logger LOG = LoggerFactory.getLogger(QdrantContextStore.class);

    private final Intake intake;
    private final AsyncCalls asyncCalls;
    private final Calls calls;
    private final StoreCollection collection;
    private final StoredPoints points;
    private final NumbersCache numbers;
    private final AgentLocks locks;
    private final HealthCheck health;

    private QdrantContextStore(Builder builder) {
        this.intake =
                new Intake(builder.embedder, builder.analyzer, builder.clock, builder.maxTextBytes, builder.profile);
        this.calls = new Calls(builder.options, builder.policy());
        this.collection = new StoreCollection(
                calls,
                builder.options,
                builder.name,
                builder.embedder.fingerprint(),
                builder.analyzer.fingerprint(),
                builder.embedder.dimensions(),
                builder.besideOthers);
        this.points = new StoredPoints(calls, builder.options, collection.name());
        this.numbers = new NumbersCache(points, calls, builder.countsFor);
        this.locks = new AgentLocks(builder.options, calls);
        this.health = new QdrantHealth(calls, collection);
        this.asyncCalls = AsyncCalls.on(builder.executor);
    }

    /**
     * The store of the name {@code mneme} on this server, with the default settings; see {@link Builder#build()}.
     *
     * @throws EmbedderMismatchException if the store's vectors were made by an embedder with another fingerprint
     * @throws ContextStoreException if the server answers that it cannot serve this store
     */
    public static QdrantContextStore connect(QdrantOptions options, Embedder embedder) {
        return builder(options, embedder).build();
    }

    public static Builder builder(QdrantOptions options, Embedder embedder) {
        return new Builder(options, embedder);
    }

    @Override
    public AgentContext agent(AgentKey key) {
        calls.checkOpen();
        return new QdrantAgentContext(this, key);
    }

    @Override
    public String fingerprint() {
        calls.checkOpen();
        return collection.embedder();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Reads the names of all agents the store ever had, and counts the records of those that may be on the page.
     */
    @Override
    public List<AgentKey> agents(Optional<AgentKey> after, int limit) {
        Scroll.checkLimit(limit);
        return withinDeadline(() -> new AgentNames(points, intake.now()).page(after, limit));
    }

    /**
     * {@inheritDoc}
     *
     * <p>The records are gone for every reader then. The server keeps what it wrote on its disk until it next tidies up the
     * segments that held them.
     */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        return withinDeadline(() -> {
            long records = points.count(ERASE, Mine.present(tenant, intake.now()));
            numbers.changesMany();
            try {
                points.delete(ERASE, Mine.all(tenant));
            } finally {
                numbers.changesMany();
            }
            return new ErasureReceipt("context store " + collection.name(), tenant, records);
        });
    }

    /**
     * Whether the server is reached, and has the collection with all its indexes; ends at the deadline of the options.
     *
     * <p>Unhealthy if it cannot be reached, has no such collection or says that it is broken; degraded if an index is missing.
     * The facts are the server's version, the collection, and the number of its points as the server estimates it.
     */
    public HealthCheck health() {
        return health;
    }

    /** Waits for the calls under way, not longer than the deadline of the options; then ends them. */
    @Override
    public void close() {
        asyncCalls.close();
        calls.close();
    }

    /** Work that asks the server, with the collection made sure of. */
    <T> T withinDeadline(Work<T> work) {
        return calls.withinDeadline(() -> {
            collection.prepare();
            return work.run();
        });
    }

    Calls calls() {
        return calls;
    }

    Intake intake() {
        return intake;
    }

    AsyncCalls asyncCalls() {
        return asyncCalls;
    }

    StoredPoints points() {
        return points;
    }

    NumbersCache numbers() {
        return numbers;
    }

    AgentLocks locks() {
        return locks;
    }

    private void open() {
        try {
            calls.withinDeadline(() -> {
                collection.prepare();
                return collection;
            });
        } catch (ContextStoreAwayException e) {
            LOG.warn("{} is away; calls fail until it is back", collection);
        }
    }

    /** Settings of a store; each has a default. Not safe to share between threads. */
    public static final class Builder {
        private final QdrantOptions options;
        private final Embedder embedder;
        private String name = "mneme";
        private TextAnalyzer analyzer = TextAnalyzer.russianEnglish();
        private InstantSource clock = InstantSource.system();
        private int maxTextBytes = AgentContext.DEFAULT_MAX_TEXT_BYTES;
        private RetrievalProfile profile = RetrievalProfile.CONVERSATION;
        private Duration countsFor = Duration.ofSeconds(10);
        private boolean besideOthers;
        private @Nullable Policy policy;
        private @Nullable Executor executor;

        private Builder(QdrantOptions options, Embedder embedder) {
            this.options = options;
            this.embedder = embedder;
        }

        /**
         * What this store is called on the server; {@code mneme} by default. Stores of different names share nothing.
         *
         * @throws IllegalArgumentException if it is not 1 to 100 letters, digits, {@code _} and {@code -}
         */
        public Builder name(String name) {
            if (!name.matches("[A-Za-z0-9_-]{1,100}")) {
                throw new IllegalArgumentException(
                        "name must be 1 to 100 letters, digits, '_' and '-', was '" + name + "'");
            }
            this.name = name;
            return this;
        }

        /**
         * How text becomes terms; {@link TextAnalyzer#russianEnglish()} by default. A store can be opened only with the
         * analyzer it was made with.
         */
        public Builder analyzer(TextAnalyzer analyzer) {
            this.analyzer = analyzer;
            return this;
        }

        /**
         * The clock for the times of interactions without one, for ages and for times to live; the system's by default. Of
         * several processes each goes by its own.
         */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** The most bytes (UTF-8) of an interaction's text; {@value AgentContext#DEFAULT_MAX_TEXT_BYTES} by default. */
        public Builder maxTextBytes(int maxTextBytes) {
            this.maxTextBytes = maxTextBytes;
            return this;
        }

        /** What searches make of the records around a match; {@link RetrievalProfile#CONVERSATION} by default. */
        public Builder profile(RetrievalProfile profile) {
            this.profile = profile;
            return this;
        }

        /**
         * How long it may take until what another process changed is counted in the weights of words; 10 seconds by default.
         * Changes made through this store are counted at once.
         *
         * @param duration zero to count for every search, which costs it a round trip more
         * @throws IllegalArgumentException if it is negative or over an hour
         */
        public Builder countsFor(Duration duration) {
            QdrantOptions.checkDuration("countsFor", duration, Duration.ZERO, Duration.ofHours(1));
            this.countsFor = duration;
            return this;
        }

        /**
         * What stands between this store and the server; by default retries within the options' deadline, and a breaker of
         * the store's own. Make it by a {@link Resilience} with {@link #classifier}, or it takes every failure for unknown.
         */
        public Builder policy(Policy policy) {
            this.policy = policy;
            return this;
        }

        /**
         * Makes the store's collection also if the store has one of another embedder. Without it that is refused, since it is
         * mostly a mistake and would answer every question with nothing; with it, the store begins empty beside the other,
         * and is to be filled from that.
         */
        public Builder besideOthers() {
            this.besideOthers = true;
            return this;
        }

        /**
         * Where the async calls run; by default on virtual threads, or before Java 21 on up to 16 daemon threads of the
         * store. It is not closed with the store. One that runs a task on the thread that hands it over makes those calls block.
         */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /** A classifier that also knows what this store's calls fail with. */
        public static Classifier classifier(Classifier classifier) {
            return GrpcFaults.in(classifier);
        }

        private Policy policy() {
            if (policy != null) {
                return policy;
            }
            return Resilience.builder()
                    .classifier(classifier(Classifier.standard()))
                    .build()
                    .policy("qdrant", Target.STORE.settings().withAttemptTimeout(options.deadline()));
        }

        /**
         * Opens the store, and makes its collection and indexes if they are not there. Takes no longer than the options'
         * deadline, and returns also if the server did not answer by then: the first call that reaches it does the rest.
         *
         * @throws EmbedderMismatchException if the store's vectors were made by an embedder with another fingerprint
         * @throws ContextStoreException if the server answers that it cannot serve this store
         * @throws IllegalArgumentException if a setting is out of range
         */
        public QdrantContextStore build() {
            var store = new QdrantContextStore(this);
            boolean opened = false;
            try {
                store.open();
                opened = true;
                return store;
            } finally {
                if (!opened) {
                    store.close();
                }
            }
        }
    }
}
