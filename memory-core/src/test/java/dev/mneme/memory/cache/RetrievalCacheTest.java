package dev.mneme.memory.cache;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.TypeRef;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.spi.FarLevelDouble;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetrievalCacheTest {

    private final AtomicLong time = new AtomicLong();
    private final FarLevelDouble.Server server = new FarLevelDouble.Server(time::get);
    private final CacheNode node = new CacheNode(server, time::get, MemorySettings.defaults());
    private final CacheNode other = new CacheNode(server, time::get, MemorySettings.defaults());
    private final List<RetrievalQuery> asked = new CopyOnWriteArrayList<>();
    private final TypeRef<List<String>> passages = new TypeRef<>() {};

    @AfterEach
    void close() {
        node.close();
        other.close();
    }

    private RetrievalCache<List<String>> retrieval(CacheNode on) {
        return RetrievalCache.shared(on, passages, this::search);
    }

    private List<String> search(RetrievalQuery query, LoadContext context) {
        asked.add(query);
        if (query.text().contains("partial")) {
            context.doNotStore();
        }
        return List.of("about " + query.text());
    }

    @Test
    void theSameQuestionInOtherLettersAndSpacesIsAskedOnce() {
        RetrievalCache<List<String>> retrieval = retrieval(node);
        assertThat(retrieval.get(RetrievalQuery.of("docs", "How do I  pay?"))).containsExactly("about How do I  pay?");
        assertThat(retrieval.get(RetrievalQuery.of("docs", " how do\ti pay?\n")))
                .containsExactly("about How do I  pay?");
        assertThat(retrieval.get(RetrievalQuery.of("docs", "how\u00a0do i ｐａｙ?")))
                .containsExactly("about How do I  pay?");
        assertThat(asked).hasSize(1);
        assertThat(retrieval.stats().nearHits()).isEqualTo(2);
    }

    @Test
    void anotherTextParameterOrKnowledgeBaseIsAnotherQuestion() {
        RetrievalCache<List<String>> retrieval = retrieval(node);
        List<RetrievalQuery> different = List.of(
                RetrievalQuery.of("docs", "pay"),
                RetrievalQuery.of("docs", "pay?"),
                RetrievalQuery.of("docs2", "pay"),
                new RetrievalQuery("docs", "pay", Map.of("limit", "5")),
                new RetrievalQuery("docs", "pay", Map.of("limit", "6")),
                new RetrievalQuery("docs", "pay", Map.of("limi", "t5")),
                RetrievalQuery.of("docs", "pay limit 5"));
        different.forEach(retrieval::get);
        assertThat(asked).hasSize(different.size());
        assertThat(retrieval.get(new RetrievalQuery("docs", "pay", Map.of("limit", "5"))))
                .isNotNull();
        assertThat(asked).hasSize(different.size());
    }

    @Test
    void aPartialResultIsGivenAndNotStored() {
        RetrievalCache<List<String>> retrieval = retrieval(node);
        RetrievalQuery query = RetrievalQuery.of("docs", "partial");
        assertThat(retrieval.get(query)).containsExactly("about partial");
        assertThat(retrieval.get(query)).containsExactly("about partial");
        assertThat(asked).hasSize(2);
        assertThat(retrieval(other).get(query)).isNotNull();
        assertThat(asked).as("nor for other nodes").hasSize(3);
    }

    @Test
    void anotherNodeFindsWhatWasRetrievedAndHearsWhenItsKnowledgeBaseChanges() {
        RetrievalCache<List<String>> retrieval = retrieval(node);
        RetrievalCache<List<String>> there = retrieval(other);
        for (String base : List.of("docs/a b", "docs")) {
            retrieval.get(RetrievalQuery.of(base, "pay"));
            there.get(RetrievalQuery.of(base, "pay"));
        }
        assertThat(asked).hasSize(2);
        retrieval.invalidateAll("docs/a b").orThrow();
        there.get(RetrievalQuery.of("docs/a b", "pay"));
        assertThat(asked).hasSize(3);
        there.get(RetrievalQuery.of("docs", "pay"));
        assertThat(asked).as("another knowledge base keeps its results").hasSize(3);
        there.invalidate(RetrievalQuery.of("docs", "PAY")).orThrow();
        retrieval.get(RetrievalQuery.of("docs", "pay"));
        assertThat(asked).hasSize(4);
    }

    @Test
    void aResultLivesFiveMinutesAlsoWhileCutOff() {
        RetrievalCache<List<String>> retrieval = retrieval(node);
        RetrievalQuery query = RetrievalQuery.of("docs", "pay");
        retrieval.get(query);
        server.goAway();
        time.addAndGet(ofMinutes(4).toNanos());
        assertThat(retrieval.get(query)).isNotNull();
        assertThat(asked).hasSize(1);
        assertThat(retrieval.stats().staleHits()).isEqualTo(1);
        time.addAndGet(ofMinutes(1).toNanos());
        assertThat(retrieval.get(query)).isNotNull();
        assertThat(asked).hasSize(2);
    }

    @Test
    void theKnowledgeBaseOfAUserIsErasedWithHim() {
        RetrievalCache<List<String>> retrieval = RetrievalCache.on(
                node, passages, base -> Tenant.of(base.substring("memory of ".length())), this::search);
        retrieval.get(RetrievalQuery.of("memory of ann", "pay"));
        retrieval.get(RetrievalQuery.of("memory of bob", "pay"));
        node.erase(Tenant.of("ann"));
        retrieval.get(RetrievalQuery.of("memory of bob", "pay"));
        assertThat(asked).hasSize(2);
        retrieval.get(RetrievalQuery.of("memory of ann", "pay"));
        assertThat(asked).hasSize(3);
    }

    @Test
    void aBlankQuestionOrKnowledgeBaseIsRefused() {
        assertThatThrownBy(() -> RetrievalQuery.of(" ", "pay")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RetrievalQuery.of("x".repeat(201), "pay"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RetrievalQuery.of("docs", "\n ")).isInstanceOf(IllegalArgumentException.class);
        RetrievalCache<List<String>> retrieval = retrieval(node);
        assertThatThrownBy(() -> retrieval.invalidateAll("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void noQuestionIsPutIntoWordsOrKeys() {
        var key = new HashedKey<>("hash", RetrievalQuery.of("docs", "canary"));
        assertThat(key.toString() + key.asked()).doesNotContain("canary");
        assertThat(HashedKey.<RetrievalQuery>codec().encode(key)).isEqualTo("hash");
        assertThat(HashedKey.<RetrievalQuery>codec().decode("hash")).isEqualTo(key);
    }
}
