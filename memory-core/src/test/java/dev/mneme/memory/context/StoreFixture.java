package dev.mneme.memory.context;

import static java.util.stream.Collectors.toMap;

import dev.mneme.AgentKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** What all cases of the contract share: a store under test, one agent of it, and a clock that they move. */
abstract class StoreFixture {

    static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    static final AgentKey KEY = AgentKey.of("user-42", "planner");

    protected final MovableClock clock = MovableClock.startingAt(START);
    protected ContextStore store;
    protected AgentContext agent;
    private final List<ContextStore> opened = new ArrayList<>();

    /** An empty store with the default limits and the profile of this run. A case may ask for several; each must be apart from the others. */
    protected abstract ContextStore openStore(Embedder embedder, InstantSource clock);

    /** As {@link #openStore(Embedder, InstantSource)}, with these settings; a store that has none of them skips the cases. */
    protected ContextStore openStore(Embedder embedder, InstantSource clock, UpkeepSettings settings) {
        return Assumptions.abort("this store has no limits, duplicates and alerts");
    }

    /** The profile with which {@link #openStore} builds its stores; a store runs the cases with each one. */
    protected RetrievalProfile profile() {
        return RetrievalProfile.CONVERSATION;
    }

    /**
     * What a restart of the process leaves of the store: closes it and opens its data again, with the embedder and the
     * clock it had. A store that does not outlive its process stays as it is.
     */
    protected ContextStore reopen(ContextStore store) {
        return store;
    }

    /** Waits until what the store does in the background is done; cases call it only where nothing may change by it. */
    protected void settle(ContextStore store) {}

    @BeforeEach
    protected void openAStore() {
        use(HashingEmbedder.ofDimensions(64));
    }

    @AfterEach
    protected void closeAllStores() {
        opened.forEach(ContextStore::close);
    }

    final void use(Embedder embedder) {
        store = open(embedder);
        agent = store.agent(KEY);
    }

    final void use(UpkeepSettings settings) {
        use(settings, HashingEmbedder.ofDimensions(64));
    }

    final void use(UpkeepSettings settings, Embedder embedder) {
        store = openStore(embedder, clock, settings);
        opened.add(store);
        agent = store.agent(KEY);
    }

    final ContextStore open(Embedder embedder) {
        ContextStore another = openStore(embedder, clock);
        opened.add(another);
        return another;
    }

    final void restart() {
        opened.remove(store);
        store = reopen(store);
        opened.add(store);
        agent = store.agent(KEY);
    }

    final List<String> idsFor(String question) {
        return agent.search(ContextQuery.text(question).limit(100)).ids();
    }

    final List<String> idsByWords(String question) {
        return agent.search(byWords(question).limit(100)).ids();
    }

    static ContextQuery byWords(String question) {
        return ContextQuery.text(question).weights(1, 0);
    }

    /** The BM25 score of each record that the text leg finds. */
    static Map<String, Double> textScores(AgentContext agent, ContextQuery query) {
        return agent.search(query.limit(10_000).explain()).list().stream()
                .filter(hit -> hit.explanation().orElseThrow().text().isPresent())
                .collect(toMap(
                        Hit::id,
                        hit -> hit.explanation()
                                .orElseThrow()
                                .text()
                                .orElseThrow()
                                .score()));
    }

    static Map<String, Double> scores(Hits hits) {
        return hits.list().stream().collect(toMap(Hit::id, Hit::score));
    }
}
