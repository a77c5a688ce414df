package dev.mneme.memory.context;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.context.MetaValue.Kind;
import dev.mneme.memory.context.spi.AsyncCalls;
import dev.mneme.memory.context.spi.Bm25;
import dev.mneme.memory.context.spi.Conversation;
import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Leg;
import dev.mneme.memory.context.spi.Ranking;
import dev.mneme.memory.context.spi.Scroll;
import dev.mneme.memory.context.spi.Search;
import dev.mneme.memory.context.spi.Sessions;
import dev.mneme.memory.context.spi.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
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
    private final AsyncCalls asyncCalls;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<AgentKey, Map<String, Draft>> agents = new HashMap<>();
    private boolean closed;

    private InMemoryContextStore(Builder builder) {
        this.intake =
                new Intake(builder.embedder, builder.analyzer, builder.clock, builder.maxTextBytes, builder.profile);
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
                .filter(key -> after.isEmpty() || key.key().compareTo(after.get().key()) > 0)
                .filter(key -> !live(key).isEmpty())
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
                    records += live(key).size();
                    agents.remove(key);
                }
            }
            return new ErasureReceipt("context store in memory", tenant, records);
        });
    }

    @Override
    public void close() {
        asyncCalls.close();
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

    /** The agent's records, without those whose time is over. */
    private Map<String, Draft> live(AgentKey key) {
        Map<String, Draft> records = agents.get(key);
        if (records == null) {
            return Map.of();
        }
        Instant now = intake.now();
        records.values().removeIf(draft -> isOver(draft.interaction(), now));
        return records;
    }

    private static boolean isOver(Interaction interaction, Instant now) {
        Instant time = interaction.time().orElseThrow();
        // by the age, since adding a long time to live to a late time could overflow
        return interaction
                .ttl()
                .filter(ttl -> Duration.between(time, now).compareTo(ttl) >= 0)
                .isPresent();
    }

    /** Settings of a store; each has a default. Not safe to share between threads. */
    public static final class Builder {
        private final Embedder embedder;
        private TextAnalyzer analyzer = TextAnalyzer.russianEnglish();
        private InstantSource clock = InstantSource.system();
        private int maxTextBytes = AgentContext.DEFAULT_MAX_TEXT_BYTES;
        private RetrievalProfile profile = RetrievalProfile.CONVERSATION;
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
            Draft draft = intake.drafts(List.of(interaction)).get(0);
            return locked(() -> put(draft));
        }

        @Override
        public Additions addAll(Collection<Interaction> interactions) {
            List<Draft> drafts = intake.drafts(interactions);
            return locked(() -> {
                Additions additions = Additions.none();
                for (Draft draft : drafts) {
                    additions = additions.and(put(draft));
                }
                return additions;
            });
        }

        private Added put(Draft draft) {
            live(key);
            Map<String, Draft> records = agents.computeIfAbsent(key, agent -> new LinkedHashMap<>());
            String id = draft.interaction().id();
            Draft there = records.get(id);
            if (there != null && timeOf(there).isAfter(timeOf(draft))) {
                return Added.OLDER;
            }
            records.put(id, draft);
            return there == null ? Added.NEW : Added.REPLACED;
        }

        private Instant timeOf(Draft draft) {
            return draft.interaction().time().orElseThrow();
        }

        @Override
        public Optional<Interaction> find(String id) {
            return locked(() -> Optional.ofNullable(live(key).get(id)).map(Draft::interaction));
        }

        @Override
        public Hits search(ContextQuery query) {
            Search search = intake.search(query);
            return locked(() -> {
                Map<String, Draft> records = live(key);
                Collection<Draft> all = records.values();
                Collection<Draft> matching = matching(all, search.filter());
                Optional<Conversation> conversation = conversation(search, all, matching);
                Leg plain = denseLeg(search, matching);
                Leg text = conversation.map(Conversation::text).orElseGet(() -> textLeg(search, all, matching));
                Leg dense = conversation.map(turns -> turns.dense(plain)).orElse(plain);
                return Hits.live(Ranking.rank(search, text, dense, intake.now(), id -> unit(records, id)));
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

        private static float[] unit(Map<String, Draft> records, String id) {
            return Optional.ofNullable(records.get(id)).orElseThrow().unit();
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
                live(key).values().forEach(draft -> scroll.offer(draft.interaction()));
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
                Map<String, Draft> records = live(key);
                return records.containsKey(id) && records.remove(id) != null;
            });
        }

        @Override
        public long clear() {
            return locked(() -> {
                long records = live(key).size();
                agents.remove(key);
                return records;
            });
        }

        @Override
        public long count() {
            return locked(() -> (long) live(key).size());
        }

        @Override
        public long count(Filter filter) {
            return locked(() ->
                    (long) matching(live(key).values(), Optional.of(filter)).size());
        }

        private Collection<Draft> matching(Collection<Draft> drafts, Optional<Filter> filter) {
            if (filter.isEmpty()) {
                return drafts;
            }
            Intake.checkKinds(filter.get(), metaKey -> kinds(drafts, metaKey));
            var matching = new ArrayList<Draft>();
            for (Draft draft : drafts) {
                if (filter.get().matches(draft.interaction())) {
                    matching.add(draft);
                }
            }
            return matching;
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
