package dev.mneme.memory.qdrant;

import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.HealthCheck;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.EmbedderMismatchException;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.context.TextAnalyzer;
import dev.mneme.servers.qdrant.QdrantDouble;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a server does wrong, and what a store does about it. */
class QdrantFaultsTest {

    private static final AgentKey KEY = AgentKey.of("user-42", "planner");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final String SECRET = "kangaroo";

    private final HashingEmbedder embedder = HashingEmbedder.ofDimensions(64);
    private final List<QdrantContextStore> opened = new ArrayList<>();
    private QdrantDouble qdrant;

    @BeforeEach
    void start() {
        qdrant = QdrantDouble.start();
        qdrant.requireTenant(Schema.AGENT, Schema.TENANT);
    }

    @AfterEach
    void end() {
        opened.forEach(QdrantContextStore::close);
        assertThat(qdrant.violations()).isEmpty();
        qdrant.close();
    }

    private QdrantOptions options() {
        return QdrantOptions.of("127.0.0.1", qdrant.port()).deadline(Duration.ofSeconds(30));
    }

    private QdrantContextStore.Builder builder() {
        return QdrantContextStore.builder(options(), embedder);
    }

    private QdrantContextStore open(QdrantContextStore.Builder builder) {
        QdrantContextStore store = builder.build();
        opened.add(store);
        return store;
    }

    private AgentContext agent() {
        return open(builder()).agent(KEY);
    }

    private AgentContext impatient() {
        return open(QdrantContextStore.builder(options().deadline(Duration.ofMillis(300)), embedder))
                .agent(KEY);
    }

    @Test
    void aBatchOf256IsOneRequestToReadAndOneToWrite() {
        AgentContext agent = agent();
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < QdrantContextStore.BATCH; i++) {
            batch.add(Interaction.of("id-" + i, "payment " + i).time(START.plusSeconds(i)));
        }
        qdrant.resetCounts();

        assertThat(agent.addAll(batch).added()).isEqualTo(256);

        assertThat(qdrant.calls())
                .hasSize(2)
                .containsEntry("Points/Scroll", 1L)
                .containsEntry("Points/UpdateBatch", 1L);
        assertThat(agent.count()).isEqualTo(256);
    }

    @Test
    void bothLegsAreOneRequestAndCountsAreAskedOnceUntilSomethingChanges() {
        AgentContext agent = open(builder().profile(RetrievalProfile.DOCUMENTS)).agent(KEY);
        agent.add(Interaction.of("a", "payment failed"));
        qdrant.resetCounts();
        assertThat(agent.search(ContextQuery.text("payment"))).hasSize(1);
        assertThat(qdrant.calls("Points/QueryBatch")).isOne();
        assertThat(qdrant.calls("Points/Facet")).isEqualTo(2);

        qdrant.resetCounts();
        assertThat(agent.search(ContextQuery.text("payment"))).hasSize(1);
        assertThat(qdrant.calls())
                .hasSize(2)
                .containsEntry("Points/QueryBatch", 1L)
                .containsEntry("Points/Scroll", 1L);

        agent.add(Interaction.of("b", "payment"));
        qdrant.resetCounts();
        assertThat(agent.search(ContextQuery.text("payment"))).hasSize(2);
        assertThat(qdrant.calls("Points/Facet")).isEqualTo(2);
    }

    @Test
    void aPassingFailureIsRepeatedWithinTheCall() {
        AgentContext agent = agent();
        for (Status.Code code :
                List.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED, Status.Code.INTERNAL)) {
            qdrant.failNext("Points/UpdateBatch", 1, code);
            agent.add(Interaction.of(code.name(), "payment"));
            qdrant.failNext("Points/Count", 1, code);
            assertThat(agent.count()).isPositive();
        }
        assertThat(agent.count()).isEqualTo(3);
    }

    @Test
    void aRefusalIsNotRepeatedAndSaysThatNothingWasChanged() {
        AgentContext agent = agent();
        qdrant.failNext("Points/UpdateBatch", 1, Status.Code.INVALID_ARGUMENT);

        assertThatThrownBy(() -> agent.add(Interaction.of("a", "payment")))
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining("INVALID_ARGUMENT; this request changed nothing");
        assertThat(agent.count()).isZero();
    }

    @Test
    void aWriteWhoseAnswerWasLostIsRepeatedAndLeavesOneRecord() {
        AgentContext agent = agent();
        qdrant.loseNextAnswers("Points/UpdateBatch", 1);
        agent.add(Interaction.of("a", "payment"));

        assertThat(agent.count()).isOne();
        qdrant.loseNextAnswers("Points/Delete", 1);
        assertThat(agent.delete("a")).isTrue();
        assertThat(agent.count()).isZero();
    }

    @Test
    void aWriteThatTheServerDidNotFinishIsAFailureOfUnknownOutcome() {
        AgentContext agent = agent();
        qdrant.delayWrites();

        assertThatThrownBy(() -> agent.add(Interaction.of("a", "payment")))
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining("did not finish it in time")
                .hasMessageContaining("may or may not be there");
        qdrant.heal();
        assertThat(agent.find("a")).isPresent();
    }

    @Test
    void aServerThatHangsEndsCallsAtTheirDeadlineAndAWriteSaysThatItsOutcomeIsUnknown() {
        AgentContext agent = impatient();
        agent.count();
        qdrant.hang();

        assertThatThrownBy(() -> agent.search(ContextQuery.text("payment")))
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining("could not be read")
                .hasMessageContaining("nothing was changed");
        assertThatThrownBy(() -> agent.clear())
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining("may or may not be there");
    }

    @Test
    void anInterruptEndsACallAndIsKept() throws Exception {
        AgentContext agent = agent();
        qdrant.resetCounts();
        qdrant.hang();
        var failure = new CompletableFuture<Throwable>();
        var interrupted = new CompletableFuture<Boolean>();
        var caller = new Thread(() -> {
            try {
                agent.add(Interaction.of("a", "payment"));
                failure.completeExceptionally(new AssertionError("it was answered"));
            } catch (ContextStoreException e) {
                failure.complete(e);
            }
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        caller.start();
        while (qdrant.calls("Points/Scroll") == 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        caller.interrupt();

        assertThat(failure.get(60, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
        assertThat(interrupted.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatAServerSaysOfARequestReachesNoMessage() {
        AgentContext agent = agent();
        agent.add(Interaction.of("a", SECRET));
        for (Status.Code code : List.of(Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND)) {
            qdrant.failNext("Points/QueryBatch", 1, code);
            assertThatThrownBy(() -> agent.search(ContextQuery.text(SECRET).where(type().is("message"))))
                    .satisfies(failure -> {
                        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                            assertThat(cause.toString()).doesNotContain(SECRET, "was told to fail");
                        }
                    });
        }
    }

    @Test
    void aStoreWhoseServerIsAwayOpensAndServesWhenItIsBack() {
        qdrant.kill();
        AgentContext agent = open(QdrantContextStore.builder(options().deadline(Duration.ofSeconds(5)), embedder))
                .agent(KEY);
        assertThatThrownBy(() -> agent.find("a")).isInstanceOf(ContextStoreAwayException.class);

        qdrant.restart();
        boolean served = false;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!served && System.nanoTime() < end) {
            try {
                agent.add(Interaction.of("a", "payment"));
                served = true;
            } catch (ContextStoreException e) {
                assertThat(e).hasMessageContaining("qdrant at 127.0.0.1");
            }
        }
        assertThat(served).isTrue();
    }

    @Test
    void anOlderRecordThatComesLateDoesNotOverwriteOneThatAnotherStoreWroteMeanwhile() throws Exception {
        AgentContext slow = agent();
        AgentContext quick = agent();
        qdrant.resetCounts();
        qdrant.failNext("Points/UpdateBatch", 1, Status.Code.UNAVAILABLE);
        var thread = Executors.newSingleThreadExecutor();
        try {
            // it has read that there is none, and waits before it writes again
            Future<Added> late =
                    thread.submit(() -> slow.add(Interaction.of("a", "old").time(START)));
            while (qdrant.calls("Points/UpdateBatch") == 0 && !late.isDone()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            quick.add(Interaction.of("a", "new").time(START.plusSeconds(1)));
            late.get(60, TimeUnit.SECONDS);
        } finally {
            thread.shutdownNow();
        }

        assertThat(quick.find("a").orElseThrow().text()).isEqualTo("new");
    }

    @Test
    void ofTwoStoresThatWriteOneIdTheNewestWins() throws Exception {
        int threads = 8;
        var started = new CyclicBarrier(threads);
        var agents = List.of(agent(), agent());
        var pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> writing = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                AgentContext agent = agents.get(thread % 2);
                int number = thread;
                writing.add(pool.submit(() -> {
                    started.await(60, TimeUnit.SECONDS);
                    for (int i = 0; i < 30; i++) {
                        String id = "id-" + i;
                        Instant time = START.plusSeconds((number * 5 + i) % threads);
                        agent.add(Interaction.of(id, "written by " + number).time(time));
                    }
                    return null;
                }));
            }
            for (Future<?> one : writing) {
                one.get(120, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a write failed", e);
        } finally {
            pool.shutdownNow();
        }

        for (int i = 0; i < 30; i++) {
            assertThat(agents.get(0).find("id-" + i).orElseThrow().time()).hasValue(START.plusSeconds(threads - 1));
        }
    }

    @Test
    void anotherEmbedderIsRefusedWithBothFingerprintsUnlessItIsWanted() {
        agent().add(Interaction.of("a", "payment"));
        var other = HashingEmbedder.ofDimensions(32);

        assertThatThrownBy(() -> QdrantContextStore.connect(options(), other))
                .isInstanceOfSatisfying(EmbedderMismatchException.class, mismatch -> {
                    assertThat(mismatch.stored()).isEqualTo(embedder.fingerprint());
                    assertThat(mismatch.given()).isEqualTo(other.fingerprint());
                    assertThat(mismatch)
                            .hasMessageContaining("mneme")
                            .hasMessageContaining("ContextMigration.from(it).to(the new store)");
                });

        AgentContext beside = open(QdrantContextStore.builder(options(), other).besideOthers())
                .agent(KEY);
        assertThat(beside.count()).isZero();
        beside.add(Interaction.of("b", "payment"));
        assertThat(agent().find("a")).isPresent();
        assertThat(agent().find("b")).isEmpty();
    }

    @Test
    void anotherAnalyzerIsRefused() {
        agent();
        var other = new TextAnalyzer() {
            @Override
            public List<String> terms(String text) {
                return List.of(text.toLowerCase(Locale.ROOT).split(" "));
            }

            @Override
            public String fingerprint() {
                return "blanks-1";
            }
        };

        assertThatThrownBy(() -> builder().analyzer(other).build())
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining("blanks-1")
                .hasMessageContaining(TextAnalyzer.russianEnglish().fingerprint());
    }

    @Test
    void storesOfDifferentNamesShareNothing() {
        AgentContext one = open(builder().name("one")).agent(KEY);
        AgentContext other = open(builder().name("other")).agent(KEY);
        one.add(Interaction.of("a", "payment"));

        assertThat(other.count()).isZero();
        assertThat(other.clear()).isZero();
        assertThat(one.count()).isOne();
    }

    @Test
    void aServerThatIsTooOldIsRefused() {
        qdrant.version("1.15.4");

        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(ContextStoreException.class)
                .hasMessageContaining("needs Qdrant 1.16 or later, found 1.15.4");
    }

    @Test
    void healthIsThatOfTheServerAndOfTheSchema() throws Exception {
        QdrantContextStore store = open(builder());
        HealthCheck.Result well = store.health().check();
        assertThat(well.status()).isEqualTo(HealthCheck.Status.HEALTHY);
        assertThat(well.facts()).containsEntry("version", "1.18.0").containsKeys("collection", "points");

        String collection = String.valueOf(well.facts().get("collection"));
        qdrant.dropIndex(collection, Schema.FACTS);
        HealthCheck.Result drifted = store.health().check();
        assertThat(drifted.status()).isEqualTo(HealthCheck.Status.DEGRADED);
        assertThat(drifted.detail()).isEqualTo("indexes are missing: facts");

        open(builder());
        assertThat(store.health().check().status()).isEqualTo(HealthCheck.Status.HEALTHY);
    }

    @Test
    void anErasureLeavesNothingOfTheTenantOnTheServer() {
        QdrantContextStore store = open(builder());
        store.agent(KEY).add(Interaction.of("a", "payment"));
        store.agent(KEY)
                .add(Interaction.of("b", "payment").ttl(Duration.ofMillis(1)).time(START));
        store.agent(AgentKey.of("user-43", "planner")).add(Interaction.of("a", "payment"));

        assertThat(store.erase(KEY.tenant()).records()).isOne();

        long left = store.withinDeadline(() -> store.points().count(Calls.What.READ, Mine.all(KEY.tenant())));
        assertThat(left).isZero();
        assertThat(store.agents(Optional.empty(), 10)).containsExactly(AgentKey.of("user-43", "planner"));
    }

    @Test
    void whatHasEndedLeavesTheServerWithTheNextAddition() {
        QdrantContextStore store = open(builder());
        store.agent(KEY).add(Interaction.of("a", "payment").time(START).ttl(Duration.ofMillis(1)));
        store.agent(KEY).add(Interaction.of("b", "payment"));

        long left = store.withinDeadline(() -> store.points().count(Calls.What.READ, Mine.all(KEY)));
        assertThat(left).isOne();
    }
}
