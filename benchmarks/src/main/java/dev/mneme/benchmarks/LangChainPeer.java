package dev.mneme.benchmarks;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import dev.mneme.memory.context.Interaction;
import java.util.List;

/** LangChain4j's store in memory, filled in batches (one by one it copies the whole list each time). */
final class LangChainPeer implements Peer {

    private final InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();

    @Override
    public String name() {
        return "LangChain4j 1.19.0 InMemoryEmbeddingStore";
    }

    @Override
    public void add(List<Interaction> turns) {
        store.addAll(
                turns.stream().map(Interaction::id).toList(),
                turns.stream()
                        .map(turn -> Embedding.from(turn.vector().orElseThrow()))
                        .toList(),
                turns.stream().map(turn -> TextSegment.from(turn.text())).toList());
    }

    @Override
    public List<String> nearest(float[] question) {
        var request = EmbeddingSearchRequest.builder()
                .queryEmbedding(Embedding.from(question))
                .maxResults(10)
                .build();
        return store.search(request).matches().stream()
                .map(EmbeddingMatch::embeddingId)
                .toList();
    }

    @Override
    public void close() {
        store.removeAll();
    }
}
