package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.spi.FarLevelDouble;
import dev.mneme.memory.context.Embedder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddingCacheTest {

    private final AtomicLong time = new AtomicLong();
    private final FarLevelDouble.Server server = new FarLevelDouble.Server(time::get);
    private final CacheNode node = new CacheNode(server, time::get, MemorySettings.defaults());
    private final CacheNode other = new CacheNode(server, time::get, MemorySettings.defaults());
    private final Model model = new Model("model-1");

    @AfterEach
    void close() {
        node.close();
        other.close();
    }

    @Test
    void eachTextIsEmbeddedOnceOnAllNodes() {
        Embedder here = EmbeddingCache.on(node, model);
        Embedder there = EmbeddingCache.on(other, model);
        assertThat(here.embed("pay")).containsExactly(3, 1);
        assertThat(here.embed("pay")).containsExactly(3, 1);
        assertThat(there.embed("pay")).containsExactly(3, 1);
        assertThat(model.batches).containsExactly(List.of("pay"));
        assertThat(here.embed("Pay")).as("the text as it is").containsExactly(3, 1);
        assertThat(model.batches).hasSize(2);
    }

    @Test
    void manyTextsAreOneBatchWithoutRepetitionsAndWithoutWhatIsKnown() {
        Embedder cached = EmbeddingCache.on(node, model);
        cached.embed("known");
        model.batches.clear();
        List<float[]> vectors = cached.embedAll(List.of("a", "bb", "known", "a", "", "bb"));
        assertThat(model.batches).containsExactly(List.of("a", "bb", ""));
        assertThat(vectors.stream().map(vector -> (int) vector[0])).containsExactly(1, 2, 5, 1, 0, 2);
        assertThat(cached.embedAll(List.of())).isEmpty();
    }

    @Test
    void whoeverChangesAVectorChangesItForHimselfAlone() {
        Embedder cached = EmbeddingCache.on(node, model);
        cached.embed("pay")[0] = 99;
        cached.embedAll(List.of("pay", "two")).forEach(vector -> vector[0] = 99);
        assertThat(cached.embed("pay")).containsExactly(3, 1);
        assertThat(cached.embed("two")).containsExactly(3, 1);
    }

    @Test
    void anotherModelNeverSeesTheVectorsOfThisOne() {
        EmbeddingCache.on(node, model).embed("pay");
        var second = new Model("model-2");
        EmbeddingCache.on(other, second).embed("pay");
        assertThat(second.batches).hasSize(1);
    }

    @Test
    void itIsTheEmbedderBehindInAllButTheRepetitions() {
        Embedder cached = EmbeddingCache.on(node, model);
        assertThat(cached.dimensions()).isEqualTo(2);
        assertThat(cached.fingerprint()).isEqualTo("model-1");
        assertThat(cached.weight()).isEqualTo(0.5);
        assertThatThrownBy(() -> cached.embed("throw")).isSameAs(model.failure);
        assertThatThrownBy(() -> cached.embedAll(List.of("throw", "pay"))).isSameAs(model.failure);
        assertThatThrownBy(() -> cached.embedAll(List.of("short", "pay")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("an embedder must give 2 vectors for as many texts, gave 1");
    }

    @Test
    void aVectorIsWrittenAsItsNumbersAndReadBack() throws Exception {
        var embeddings = EmbeddingCache.on(node, model);
        embeddings.embed("pay");
        embeddings.clear().orThrow();
        embeddings.embed("pay");
        assertThat(model.batches).hasSize(2);
        embeddings.bypass(true);
        embeddings.embed("pay");
        assertThat(model.batches).hasSize(3);
        assertThat(embeddings.health().bypassed()).isTrue();
        assertThat(embeddings.stats().loads()).isEqualTo(3);
    }

    /** Gives the length of a text, and writes down what it was asked. */
    private static final class Model implements Embedder {
        final List<List<String>> batches = new CopyOnWriteArrayList<>();
        final RuntimeException failure = new IllegalArgumentException("no");
        private final String name;

        Model(String name) {
            this.name = name;
        }

        @Override
        public int dimensions() {
            return 2;
        }

        @Override
        public float[] embed(String text) {
            return embedAll(List.of(text)).get(0);
        }

        @Override
        public List<float[]> embedAll(List<String> texts) {
            batches.add(List.copyOf(texts));
            if (texts.contains("throw")) {
                throw failure;
            }
            var vectors = new ArrayList<float[]>();
            for (String text : texts) {
                if (!text.equals("short")) {
                    vectors.add(new float[] {text.length(), 1});
                }
            }
            return vectors;
        }

        @Override
        public String fingerprint() {
            return name;
        }

        @Override
        public double weight() {
            return 0.5;
        }
    }
}
