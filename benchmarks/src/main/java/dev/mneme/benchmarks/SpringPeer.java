package dev.mneme.benchmarks;

import dev.mneme.memory.context.Interaction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.SimpleVectorStore;

/** Spring AI's simple store, with a model that hands out ready-made vectors. */
final class SpringPeer implements Peer {

    private final Given given;
    private final SimpleVectorStore store;

    SpringPeer(int dimensions) {
        this.given = new Given(dimensions);
        this.store = SimpleVectorStore.builder(given).build();
    }

    @Override
    public String name() {
        return "Spring AI 2.0.0 SimpleVectorStore";
    }

    @Override
    public void add(List<Interaction> turns) {
        given.vectors.clear();
        turns.forEach(turn -> given.vectors.put(turn.id(), turn.vector().orElseThrow()));
        store.add(turns.stream()
                .map(turn -> new Document(turn.id(), turn.text(), Map.of()))
                .toList());
    }

    @Override
    public List<String> nearest(float[] question) {
        given.question = question;
        return store
                .similaritySearch(SearchRequest.builder()
                        .query("the question")
                        .topK(10)
                        .similarityThresholdAll()
                        .build())
                .stream()
                .map(Document::getId)
                .toList();
    }

    @Override
    public void close() {
        given.vectors.clear();
    }

    /** The vectors of the batch that is being added, and the question's. */
    private static final class Given implements EmbeddingModel {
        private final int dimensions;
        private final Map<String, float[]> vectors = new HashMap<>();
        private float[] question = new float[0];

        private Given(int dimensions) {
            this.dimensions = dimensions;
        }

        @Override
        public float[] embed(String text) {
            return question;
        }

        @Override
        public float[] embed(Document document) {
            return vectors.getOrDefault(document.getId(), question);
        }

        @Override
        public List<float[]> embed(
                List<Document> documents, @Nullable EmbeddingOptions options, BatchingStrategy batching) {
            return documents.stream().map(this::embed).toList();
        }

        @Override
        public EmbeddingResponse call(EmbeddingRequest request) {
            throw new IllegalStateException("every vector of this measurement should be ready-made");
        }

        @Override
        public int dimensions() {
            return dimensions;
        }
    }
}
