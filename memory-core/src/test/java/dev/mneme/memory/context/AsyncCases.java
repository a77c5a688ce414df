package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The calls that do not keep their caller waiting. */
abstract class AsyncCases extends ConcurrencyCases {

    @Test
    void whatWasAddedIsThereWhenTheStageCompletesAndAfterARestart() throws Exception {
        assertThat(got(agent.addAsync(Interaction.of("a", "first text")))).isEqualTo(Added.NEW);
        assertThat(agent.find("a").map(Interaction::text)).hasValue("first text");
        assertThat(idsByWords("first")).containsExactly("a");

        restart();
        assertThat(agent.find("a").map(Interaction::text)).hasValue("first text");
    }

    @Test
    void theAsyncCallsAnswerAsTheOthersDo() throws Exception {
        var batch = new ArrayList<>(List.of(Interaction.of("a", "one text"), Interaction.of("b", "other text")));
        CompletionStage<Additions> adding = agent.addAllAsync(batch);
        batch.clear();
        assertThat(got(adding)).isEqualTo(new Additions(2, 0, 0));
        assertThat(got(agent.addAsync(Interaction.of("a", "one text")))).isEqualTo(Added.REPLACED);
        assertThat(got(agent.searchAsync(byWords("other")))).isEqualTo(agent.search(byWords("other")));
        assertThat(got(agent.findAsync("b"))).isEqualTo(agent.find("b")).isPresent();
        assertThat(got(agent.findAsync("c"))).isEmpty();
        assertThat(got(agent.deleteAsync("b"))).isTrue();
        assertThat(got(agent.deleteAsync("b"))).isFalse();
        assertThat(got(agent.async(() -> agent.count()))).isOne();
    }

    @Test
    void callsThatAreChainedSeeEachOthersChanges() throws Exception {
        CompletionStage<Hits> found = agent.addAsync(Interaction.of("a", "first text"))
                .thenCompose(added -> agent.searchAsync(byWords("first")));
        assertThat(got(found).ids()).containsExactly("a");
    }

    @Test
    void theCallerDoesNotWaitForTheEmbedder() throws Exception {
        var embedder = new WatchedEmbedder();
        use(embedder);
        var asked = new CompletableFuture<Thread>();
        var goOn = new CountDownLatch(1);
        embedder.spoil(vectors -> {
            asked.complete(Thread.currentThread());
            try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return vectors;
        });
        CompletionStage<Added> adding = agent.addAsync(Interaction.of("a", "text"));
        assertThat(asked.get(60, TimeUnit.SECONDS)).isNotEqualTo(Thread.currentThread());
        assertThat(adding.toCompletableFuture()).isNotDone();
        assertThat(agent.count()).isZero();
        goOn.countDown();
        assertThat(got(adding)).isEqualTo(Added.NEW);
    }

    @Test
    void aFailureIsInTheStageAsItWasThrown() throws Exception {
        var embedder = new WatchedEmbedder();
        use(embedder);
        var broken = new IllegalStateException("the embedder is broken");
        embedder.spoil(vectors -> {
            throw broken;
        });
        assertThat(failure(agent.addAsync(Interaction.of("a", "text")))).isSameAs(broken);
        assertThat(failure(agent.searchAsync(ContextQuery.vector(new float[] {1}))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(agent.count()).isZero();
    }

    @Test
    void afterClosingStagesFail() throws Exception {
        AgentContext before = agent;
        store.close();
        assertThat(failure(before.addAsync(Interaction.of("a", "text")))).isInstanceOf(IllegalStateException.class);
        assertThat(failure(before.searchAsync(byWords("text")))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyCallsAtOnceLoseNothing() throws Exception {
        List<CompletionStage<Added>> adding = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            adding.add(agent.addAsync(Interaction.of("id" + i, "common text")));
        }
        for (CompletionStage<Added> one : adding) {
            assertThat(got(one)).isEqualTo(Added.NEW);
        }
        assertThat(agent.count()).isEqualTo(300);
    }

    private static <T> T got(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static Throwable failure(CompletionStage<?> stage) throws Exception {
        var failure = new CompletableFuture<Throwable>();
        stage.whenComplete((result, thrown) -> {
            if (thrown == null) {
                failure.completeExceptionally(new AssertionError("the call was not refused"));
            } else {
                failure.complete(thrown);
            }
        });
        return failure.get(60, TimeUnit.SECONDS);
    }
}
