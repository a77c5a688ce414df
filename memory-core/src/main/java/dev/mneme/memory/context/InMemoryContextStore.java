package dev.mneme.memory.context;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.context.MetaValue.Kind;
import dev.mneme.memory.context.StoreStats.BytesKind;
import dev.mneme.memory.context.spi.AsyncCalls;
import dev.mneme.memory.context.spi.Bm25;
import dev.mneme.memory.context.spi.Conversation;
import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Leg;
import dev.mneme.memory.context.spi.Ranking;
import dev.mneme.memory.context.spi.Scroll;
import dev.mneme.memory.context.spi.Search;
import dev.mneme.memory.context.spi.Selection;
import dev.mneme.memory.context.spi.Sessions;
import dev.mneme.memory.context.spi.Staging;
import dev.mneme.memory.context.spi.Upkeep;
import dev.mneme.memory.context.spi.Vectors;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A context store that lives in this process and ends with it: for tests, and for memories that need not last.
 *
 * <p>It is the plainest store that keeps the promises, and the measure for the others: it looks at every record of the
 * agent for every question, under one lock. A few thousand records an agent are well within its reach.
 */
public final class InMemoryContextStore implements ContextStore {

    private final Intake intake;
    private final Upkeep upkeep;
    private final AsyncCalls asyncCalls;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<AgentKey, AgentRecords> agents = new HashMap<>();
    private boolean closed;

    private InMemoryContextStore(Builder builder) {
        this.intake =
                new Intake(builder.embedder, builder.analyzer, builder.clock, builder.maxTextBytes, builder.profile);
        this.upkeep = new Upkeep(builder.limits, builder.duplicates, builder.onAlert);
        this.asyncCalls = AsyncCalls.on(builder.executor);
    }

    /** An empty store with the default settings. */
    public static InMemoryContextStore create(Embedder embedder) {
        return builder(embedder).build();
    }

    public static Builder builder(Embedder embedder) {
        return new Builder(embedder);
    }

    @Override
    public AgentContext agent(AgentKey key) {
        locked(() -> key);
        return new InMemoryAgentContext(key);
    }

    @Override
    public String fingerprint() {
        return intake.fingerprint();
    }

    @Override
    public List<AgentKey> agents(Optional<AgentKey> after, int limit) {
        Scroll.checkLimit(limit);
        return locked(() -> agents.keySet().stream()
                .filter(key ->
                        after.isEmpty() || key.key().compareTo(after.get().key()) > 0)
                .filter(key -> live(key).count() > 0)
                .sorted(Comparator.comparing(AgentKey::key))
                .limit(limit)
                .toList());
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        return locked(() -> {
            long records = 0;
            for (AgentKey key : List.copyOf(agents.keySet())) {
                if (key.tenant().equals(tenant)) {
                    records += live(key).count();
                    agents.remove(key);
                    upkeep.counted(key, 0);
                }
            }
            return new ErasureReceipt("context store in memory", tenant, records);
        });
    }

    /** {@inheritDoc} The bytes are an estimate. */
    @Override
    public StoreStats stats() {
        return locked(() -> {
            long records = 0;
            long bytes = 0;
            for (AgentKey key : agents.keySet()) {
                records += live(key).count();
                bytes += live(key).bytes();
            }
            return upkeep.storeStats(records, bytes, BytesKind.ESTIMATED);
        });
    }

    @Override
    public void close() {
        asyncCalls.close();
        upkeep.close();
        lock.lock();
        try {
            closed = true;
            agents.clear();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the context store is closed");
            }
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /** The agent's records, without those whose time is over; apart from the store if there are none. */
    private AgentRecords live(AgentKey key) {
        AgentRecords records = agents.get(key);
        if (records == null) {
            return new AgentRecords(upkeep);
        }
        records.removeOver(intake.now());
        upkeep.counted(key, records.count());
        return records;
    }

    /** Settings of a store; each has a default. Not safe to share between threads. */
    public static final class Builder {
        private final Embedder embedder;
        private TextAnalyzer analyzer = TextAnalyzer.russianEnglish();
        private InstantSource clock = InstantSource.system();
        private int maxTextBytes = AgentContext.DEFAULT_MAX_TEXT_BYTES;
        private RetrievalProfile profile = RetrievalProfile.CONVERSATION;
        private Limits limits = Limits.none();
        private Duplicates duplicates = Duplicates.off();
        private @Nullable Consumer<FillAlert> onAlert;
        private @Nullable Executor executor;

        private Builder(Embedder embedder) {
            this.embedder = embedder;
        }

        /** How text becomes terms; {@link TextAnalyzer#russianEnglish()} by default. */
        public Builder analyzer(TextAnalyzer analyzer) {
            this.analyzer = analyzer;
            return this;
        }

        /** The clock for the times of interactions without one, for ages and for times to live; the system's by default. */
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

        /** How many records an agent may have, and which go then; {@link Limits#none()} by default. */
        public Builder limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        /** What becomes of an interaction that says again what a record says; {@link Duplicates#off()} by default. */
        public Builder duplicates(Duplicates duplicates) {
            this.duplicates = duplicates;
            return this;
        }

        /**
         * Who is told when an agent reaches a level of its limits, or is well below it again; nobody by default. Called on a
         * daemon thread of the store, one alert after the other, under no lock; up to 1,000 alerts wait for it, more are dropped
         * and {@linkplain StoreStats#alertsDropped() counted}.
         */
        public Builder onAlert(Consumer<FillAlert> onAlert) {
            this.onAlert = onAlert;
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

        /**
         * @throws IllegalArgumentException if a setting is out of range
         */
        public InMemoryContextStore build() {
            return new InMemoryContextStore(this);
        }
    }

    private final class InMemoryAgentContext implements AgentContext {
        private final AgentKey key;

        private InMemoryAgentContext(AgentKey key) {
            this.key = key;
        }

        @Override
        public AgentKey key() {
            return key;
        }

        @Override
        public Added add(Interaction interaction) {
            List<Draft> drafts = intake.drafts(List.of(interaction));
            return put(drafts, Staging::added);
        }

        @Override
        public Additions addAll(Collection<Interaction> interactions) {
            List<Draft> drafts = intake.drafts(interactions);
            return put(drafts, Staging::additions);
        }

        private <T> T put(List<Draft> drafts, BiFunction<Staging, List<String>, T> answer) {
            return locked(() -> {
                AgentRecords records = live(key);
                var staging = new Staging(upkeep, intake, records);
                drafts.forEach(staging::stage);
                List<String> evicted = staging.evictions(records::held, intake.now());
                staging.puts().forEach(records::put);
                upkeep.counted(key, staging.countAfter());
                evicted.forEach(records::remove);
                keep(records);
                upkeep.added(staging.additions(evicted));
                return answer.apply(staging, evicted);
            });
        }

        private void keep(AgentRecords records) {
            upkeep.counted(key, records.count());
            if (records.count() > 0) {
                agents.put(key, records);
            } else {
                agents.remove(key);
            }
        }

        @Override
        public Optional<Interaction> find(String id) {
            return locked(() -> live(key).facts(id));
        }

        @Override
        public Hits search(ContextQuery query) {
            Search search = intake.search(query);
            return locked(() -> {
                AgentRecords records = live(key);
                Collection<Draft> all = records.all();
                Collection<Draft> matching = matching(all, search.filter());
                Optional<Conversation> conversation = conversation(search, all, matching);
                Leg plain = denseLeg(search, matching);
                Leg text = conversation.map(Conversation::text).orElseGet(() -> textLeg(search, all, matching));
                Leg dense = conversation.map(turns -> turns.dense(plain)).orElse(plain);
                List<Hit> hits = Ranking.rank(
                        search,
                        text,
                        dense,
                        intake.now(),
                        id -> records.draft(id).unit());
                if (upkeep.notesUses()) {
                    hits.forEach(hit -> records.used(hit.id(), intake.now()));
                }
                return Hits.live(hits);
            });
        }

        private Optional<Conversation> conversation(Search search, Collection<Draft> all, Collection<Draft> matching) {
            if (search.profile().isPlain()) {
                return Optional.empty();
            }
            var rows = new DraftRows(all, matching);
            Sessions sessions = rows.sessions(intake);
            return Conversation.isAsked(search, sessions)
                    ? Optional.of(new Conversation(search, rows, sessions))
                    : Optional.empty();
        }

        private Leg textLeg(Search search, Collection<Draft> all, Collection<Draft> matching) {
            Leg leg = search.newLeg();
            double terms = 0;
            Map<String, Integer> holding = new HashMap<>();
            for (Draft draft : all) {
                terms += draft.terms().length();
                for (String term : search.terms()) {
                    if (draft.terms().counts().containsKey(term)) {
                        holding.merge(term, 1, Integer::sum);
                    }
                }
            }
            var bm25 = new Bm25(terms / all.size());
            for (Draft draft : matching) {
                double score = 0;
                for (String term : search.terms()) {
                    Integer occurrences = draft.terms().counts().get(term);
                    if (occurrences != null) {
                        double idf = Bm25.idf(all.size(), holding.getOrDefault(term, 0));
                        score += bm25.score(idf, occurrences, draft.terms().length());
                    }
                }
                if (score > 0) {
                    leg.offer(draft.interaction(), score);
                }
            }
            return leg;
        }

        private Leg denseLeg(Search search, Collection<Draft> matching) {
            Leg leg = search.newLeg();
            search.unit().ifPresent(unit -> {
                for (Draft draft : matching) {
                    float cosine = Vectors.cosine(unit, draft.unit(), 0);
                    if (cosine >= search.minCosine() && !Vectors.isZero(draft.unit())) {
                        leg.offer(draft.interaction(), cosine);
                    }
                }
            });
            return leg;
        }

        @Override
        public List<Interaction> scroll(int limit) {
            return scroll(Optional.empty(), limit);
        }

        @Override
        public List<Interaction> scroll(Interaction after, int limit) {
            return scroll(Optional.of(after), limit);
        }

        private List<Interaction> scroll(Optional<Interaction> after, int limit) {
            var scroll = new Scroll(after, limit);
            return locked(() -> {
                live(key).all().forEach(draft -> scroll.offer(draft.interaction()));
                return scroll.page();
            });
        }

        @Override
        public <T> CompletionStage<T> async(Supplier<T> call) {
            return asyncCalls.run(call);
        }

        @Override
        public boolean delete(String id) {
            return locked(() -> {
                AgentRecords records = live(key);
                boolean removed = records.remove(id);
                keep(records);
                return removed;
            });
        }

        @Override
        public long clear() {
            return locked(() -> {
                long records = live(key).count();
                agents.remove(key);
                upkeep.counted(key, 0);
                return records;
            });
        }

        @Override
        public PruneReport prune(Prune prune) {
            return locked(() -> {
                AgentRecords records = live(key);
                prune.filter().ifPresent(filter -> checkKinds(filter, records.all()));
                Selection selection = upkeep.select(prune, records.held(), intake.now());
                if (!prune.isDryRun()) {
                    selection.ids().forEach(records::remove);
                    keep(records);
                    upkeep.pruned(selection.ids().size());
                }
                return selection.report();
            });
        }

        @Override
        public ContextStats stats() {
            return locked(() -> {
                AgentRecords records = live(key);
                return upkeep.stats(records.interactions(), records.bytes());
            });
        }

        @Override
        public long count() {
            return locked(() -> live(key).count());
        }

        @Override
        public long count(Filter filter) {
            return locked(
                    () -> (long) matching(live(key).all(), Optional.of(filter)).size());
        }

        private Collection<Draft> matching(Collection<Draft> drafts, Optional<Filter> filter) {
            if (filter.isEmpty()) {
                return drafts;
            }
            checkKinds(filter.get(), drafts);
            var matching = new ArrayList<Draft>();
            for (Draft draft : drafts) {
                if (filter.get().matches(draft.interaction())) {
                    matching.add(draft);
                }
            }
            return matching;
        }

        private void checkKinds(Filter filter, Collection<Draft> drafts) {
            Intake.checkKinds(filter, metaKey -> kinds(drafts, metaKey));
        }

        private Set<Kind> kinds(Collection<Draft> drafts, String metaKey) {
            Set<Kind> kinds = EnumSet.noneOf(Kind.class);
            for (Draft draft : drafts) {
                MetaValue value = draft.interaction().meta().get(metaKey);
                if (value != null) {
                    kinds.add(value.kind());
                }
            }
            return kinds;
        }
    }
}
