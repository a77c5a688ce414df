package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.MnemeException;
import dev.mneme.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is wrong is refused with the rule and the value, before anything is written. */
abstract class RefusalCases extends ScrollCases {

    /** Adds it alone and as the last of a batch; neither may leave a trace. */
    private void assertRefused(Interaction bad, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> agent.add(bad)).withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.addAll(List.of(Interaction.of("good", "payment"), bad)))
                .withMessage(message);
        assertNothingWritten();
    }

    private void assertNothingWritten() {
        assertThat(agent.count()).isZero();
        assertThat(idsFor("payment")).isEmpty();
        restart();
        assertThat(agent.count()).isZero();
        assertThat(agent.find("good")).isEmpty();
    }

    @Test
    void aVectorOfTheWrongLengthIsRefused() {
        assertRefused(
                Interaction.of("bad", "payment").vector(new float[] {1, 2, 3}),
                "a vector must have 64 dimensions as the embedder's have, had 3");
    }

    @Test
    void aBlankTextWithoutAVectorIsRefused() {
        assertRefused(Interaction.of("bad", " \n\t"), "an interaction must have a text or a vector, had neither");
        assertRefused(
                Interaction.of("bad", "").speaker("Ann"), "an interaction must have a text or a vector, had neither");
    }

    @Test
    void aTextOverTheLimitIsRefusedByItsBytesNotItsCharacters() {
        assertRefused(
                Interaction.of("bad", "x".repeat(65_537)),
                "the text of an interaction must have at most 65536 bytes, had 65537");
        assertRefused(
                Interaction.of("bad", "ж".repeat(32_769)),
                "the text of an interaction must have at most 65536 bytes, had 65538");
        assertThat(agent.add(Interaction.of("longest", "ж".repeat(32_768)))).isEqualTo(Added.NEW);
        assertThat(agent.add(Interaction.of("longest in emoji", "😀".repeat(16_384))))
                .isEqualTo(Added.NEW);
    }

    @Test
    void aBatchOfMoreThanTenThousandIsRefusedWhole() {
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i <= AgentContext.MAX_BATCH; i++) {
            batch.add(Interaction.of("id-" + i, "payment"));
        }

        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.addAll(batch))
                .withMessage("a batch must have at most 10000 interactions, had 10001");
        assertNothingWritten();
    }

    @Test
    void anInteractionWithABadPartCannotEvenBeMade() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.add(Interaction.of("bad", "x").vector(new float[] {1, Float.NaN})))
                .withMessage("a vector must hold finite numbers, was NaN at dimension 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.add(Interaction.of("bad", "x").ttl(Duration.ZERO)))
                .withMessage("ttl must be above zero, was PT0S");
        Interaction full = Interaction.of("bad", "x");
        for (int i = 0; i < 64; i++) {
            full = full.meta("k" + i, i);
        }
        Interaction last = full;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.add(last.meta("k64", 64)))
                .withMessage("metadata must have at most 64 entries, had 65");
        assertNothingWritten();
    }

    @Test
    void aQueryByAVectorOfTheWrongLengthIsRefused() {
        String message = "a vector must have 64 dimensions as the embedder's have, had 1";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.search(ContextQuery.vector(new float[] {1})))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> agent.search(
                        ContextQuery.text("x").near(new float[] {1}).weights(1, 0)))
                .withMessage(message);
    }

    @Test
    void whatTheEmbedderThrowsReachesTheCallerAndNothingIsWritten() {
        var failure = new IllegalStateException("the model is away");
        callsWith(vectors -> {
                    throw failure;
                })
                .forEach(call -> assertThatThrownBy(call).isSameAs(failure));
    }

    @Test
    void vectorsOfTheWrongLengthFromTheEmbedderAreNotWritten() {
        callsWith(vectors -> List.of(new float[63]))
                .forEach(call -> assertThatThrownBy(call)
                        .isInstanceOf(MnemeException.class)
                        .hasMessage("the embedder mneme-hashing-2/64/l2 must give 64 dimensions, gave 63"));
    }

    @Test
    void vectorsThatAreNoNumbersFromTheEmbedderAreNotWritten() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            var vector = new float[64];
            vector[63] = bad;
            callsWith(vectors -> List.of(vector))
                    .forEach(call -> assertThatThrownBy(call)
                            .isInstanceOf(MnemeException.class)
                            .hasMessage("the embedder mneme-hashing-2/64/l2 must give finite numbers, gave " + bad));
        }
    }

    @Test
    void tooFewVectorsFromTheEmbedderAreNotWritten() {
        callsWith(vectors -> List.of())
                .forEach(call -> assertThatThrownBy(call)
                        .isInstanceOf(MnemeException.class)
                        .hasMessageContaining("must give one vector for each text, gave 0 for "));
    }

    /** The calls that need an embedder, each checked to leave a memory as it was when the embedder is spoilt. */
    private List<ThrowingCallable> callsWith(UnaryOperator<List<float[]>> how) {
        var embedder = new WatchedEmbedder();
        use(embedder);
        agent.add(Interaction.of("there", "invoice").time(START));
        embedder.spoil(how);
        List<ThrowingCallable> calls = List.of(
                () -> agent.add(Interaction.of("good", "payment")),
                () -> agent.add(Interaction.of("there", "payment").time(START.plusSeconds(1))),
                () -> agent.addAll(List.of(
                        Interaction.of("with vector", "payment").vector(unit()), Interaction.of("good", "payment"))),
                () -> agent.search(ContextQuery.text("payment")));
        return calls.stream()
                .<ThrowingCallable>map(call -> () -> {
                    try {
                        call.call();
                    } finally {
                        assertThat(agent.count()).isOne();
                        assertThat(agent.find("there").orElseThrow().text()).isEqualTo("invoice");
                        assertThat(idsByWords("payment")).isEmpty();
                    }
                })
                .toList();
    }

    private static float[] unit() {
        var unit = new float[64];
        unit[0] = 1;
        return unit;
    }

    @Test
    void aFailedAddDoesNotHinderTheNext() {
        var embedder = new WatchedEmbedder();
        use(embedder);
        embedder.spoil(vectors -> List.of());
        assertThatThrownBy(() -> agent.add(Interaction.of("a", "payment"))).isInstanceOf(MnemeException.class);
        embedder.spoil(UnaryOperator.identity());

        assertThat(agent.add(Interaction.of("a", "payment"))).isEqualTo(Added.NEW);
        assertThat(idsFor("payment")).containsExactly("a");
    }

    @Test
    void aClosedStoreRefusesEveryCall() {
        agent.add(Interaction.of("a", "payment"));
        store.close();

        List<ThrowingCallable> calls = List.of(
                () -> store.agent(KEY),
                () -> store.agent(AgentKey.of("new", "agent")),
                () -> store.erase(Tenant.of("user-42")),
                () -> agent.add(Interaction.of("b", "payment")),
                () -> agent.addAll(List.of(Interaction.of("b", "payment"))),
                () -> agent.addAll(List.of()),
                () -> agent.find("a"),
                () -> agent.search(ContextQuery.text("payment")),
                () -> agent.search(ContextQuery.text("payment").where(type().exists())),
                () -> agent.delete("a"),
                () -> agent.clear(),
                () -> agent.count(),
                () -> agent.count(type().exists()));
        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(IllegalStateException.class));
    }

    @Test
    void closingTwiceIsFine() {
        store.close();
        store.close();
        assertThatThrownBy(() -> agent.count()).isInstanceOf(IllegalStateException.class);
    }
}
