package dev.mneme.memory.context.spi;

import static dev.mneme.memory.context.Fields.meta;
import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.MnemeException;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue.Kind;
import dev.mneme.memory.context.MovableClock;
import dev.mneme.memory.context.TableEmbedder;
import dev.mneme.memory.context.TextAnalyzer;
import dev.mneme.memory.context.WatchedEmbedder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class IntakeTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final TableEmbedder TABLE =
            TableEmbedder.ofDimensions(2).word("north", 0, 2).word("east", 5, 0);

    private static Intake intake(Embedder embedder) {
        return new Intake(embedder, TextAnalyzer.russianEnglish(), MovableClock.startingAt(NOON), 100);
    }

    /** An embedder by its description alone. */
    private record Described(int dimensions, String fingerprint) implements Embedder {
        @Override
        public float[] embed(String text) {
            return new float[dimensions];
        }
    }

    /** An analyzer that finds every text to be one term. */
    private record Whole(String fingerprint) implements TextAnalyzer {
        @Override
        public List<String> terms(String text) {
            return List.of(text);
        }
    }

    @Test
    void draftsKeepTheOrderAndMixReadyMadeVectorsWithEmbeddedOnes() {
        List<Draft> drafts = intake(TABLE)
                .drafts(List.of(
                        Interaction.of("a", "north"),
                        Interaction.of("b", "north").vector(new float[] {3, 4}),
                        Interaction.of("c", "east"),
                        Interaction.of("d", "nowhere")));

        assertThat(drafts).extracting(draft -> draft.interaction().id()).containsExactly("a", "b", "c", "d");
        assertThat(drafts.get(0).unit()).containsExactly(0, 1);
        assertThat(drafts.get(1).unit()).containsExactly(0.6f, 0.8f);
        assertThat(drafts.get(2).unit()).containsExactly(1, 0);
        assertThat(drafts.get(3).unit()).containsExactly(0, 0);
        assertThat(drafts.get(0).interaction().vector()).isEmpty();
        assertThat(drafts.get(1).interaction().vector().orElseThrow()).containsExactly(3, 4);
    }

    @Test
    void draftsHaveTheTimeTheyWereGivenOrElseThePresent() {
        List<Draft> drafts = intake(TABLE)
                .drafts(List.of(
                        Interaction.of("a", "x"), Interaction.of("b", "x").time(Instant.EPOCH)));

        assertThat(drafts.get(0).interaction().time()).hasValue(NOON);
        assertThat(drafts.get(1).interaction().time()).hasValue(Instant.EPOCH);
        assertThat(intake(TABLE).now()).isEqualTo(NOON);
        assertThat(intake(TABLE).dimensions()).isEqualTo(2);
    }

    @Test
    void termsAreThoseOfTheSpeakersNameAndTheTextCounted() {
        Terms terms = intake(TABLE)
                .terms(Interaction.of("a", "-17 payments, a payment").speaker("Order"));

        // the name must not grow together with the text to an identifier
        assertThat(terms.counts()).isEqualTo(Map.of("order", 1, "17", 1, "payment", 2));
        assertThat(terms.length()).isEqualTo(4);
        assertThat(intake(TABLE)
                        .drafts(List.of(Interaction.of("a", "north")))
                        .get(0)
                        .terms())
                .isEqualTo(Terms.of(List.of("north")));
    }

    @Test
    void aTextMayHaveAsManyBytesAsTheLimitSays() {
        assertThat(intake(TABLE).drafts(List.of(Interaction.of("a", "ж".repeat(50)))))
                .hasSize(1);
        assertThat(intake(TABLE).drafts(List.of(Interaction.of("a", "😀".repeat(25)))))
                .hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> intake(TABLE).drafts(List.of(Interaction.of("a", "ж".repeat(50) + "x"))))
                .withMessage("the text of an interaction must have at most 100 bytes, had 101");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> intake(TABLE).drafts(List.of(Interaction.of("a", "你".repeat(34)))))
                .withMessage("the text of an interaction must have at most 100 bytes, had 102");
    }

    @Test
    void allIsCheckedBeforeTheEmbedderIsAsked() {
        var embedder = new WatchedEmbedder();
        Interaction good = Interaction.of("a", "text");
        for (Interaction bad : List.of(
                Interaction.of("b", " "),
                Interaction.of("b", "x".repeat(101)),
                Interaction.of("b", "x").vector(new float[] {1}))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> intake(embedder).drafts(List.of(good, bad)));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> intake(embedder).drafts(Collections.nCopies(10_001, good)))
                .withMessage("a batch must have at most 10000 interactions, had 10001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> intake(embedder).search(ContextQuery.text("x").near(new float[] {1})))
                .withMessage("a vector must have 64 dimensions as the embedder's have, had 1");

        assertThat(embedder.batches()).isZero();
    }

    @Test
    void aBatchIsOneCallOfTheEmbedderAndNoneIfAllHaveVectors() {
        var embedder = new WatchedEmbedder();
        intake(embedder).drafts(List.of(Interaction.of("a", "x"), Interaction.of("b", "y")));
        assertThat(embedder.batches()).isOne();
        intake(embedder).drafts(List.of());
        intake(embedder).drafts(List.of(Interaction.of("a", "x").vector(ones())));
        assertThat(embedder.batches()).isOne();
    }

    private static float[] ones() {
        var ones = new float[WatchedEmbedder.DIMENSIONS];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void theDenseLegCountsAsTheQuerySaysOrElseAsTheEmbedderDoes() {
        Intake intake = intake(TABLE.weighing(0.3));
        ContextQuery query = ContextQuery.text("north");

        assertThat(intake.search(query).textWeight()).isEqualTo(1);
        assertThat(intake.search(query).denseWeight()).isEqualTo(0.3);
        assertThat(intake.search(query.weights(2, 5)).textWeight()).isEqualTo(2);
        assertThat(intake.search(query.weights(2, 5)).denseWeight()).isEqualTo(5);
    }

    @Test
    void aQueryByVectorAloneHasOnlyTheDenseLegWhateverTheEmbedderSays() {
        Search search = intake(TABLE.weighing(0)).search(ContextQuery.vector(new float[] {1, 0}));

        assertThat(search.textWeight()).isZero();
        assertThat(search.denseWeight()).isEqualTo(1);
        assertThat(search.unit()).isPresent();
    }

    @Test
    void termsThatNoIndexCouldHoldAreTheAnalyzersFault() {
        var intake = new Intake(TABLE, new Whole("whole-1"), MovableClock.startingAt(NOON), 10_000);

        assertThat(intake.drafts(List.of(Interaction.of("a", "x".repeat(1_024)))))
                .hasSize(1);
        assertThatThrownBy(() -> intake.drafts(List.of(Interaction.of("a", "x".repeat(1_025)))))
                .isInstanceOf(MnemeException.class)
                .hasMessage("the analyzer whole-1 must give terms of at most 1024 characters, gave one of 1025");
    }

    @Test
    void aQueryBecomesItsTermsAndItsUnitVector() {
        Search search = intake(TABLE).search(ContextQuery.text("north payments Payment"));

        assertThat(search.terms()).containsExactly("north", "payment");
        assertThat(search.unit().orElseThrow()).containsExactly(0, 1);
        assertThat(search.filter()).isEmpty();
        assertThat(intake(TABLE)
                        .search(ContextQuery.text("x").where(type().is("note")))
                        .filter())
                .hasValue(type().is("note"));
    }

    @Test
    void aLegOfWeightZeroIsNotPrepared() {
        var embedder = new WatchedEmbedder();

        assertThat(intake(embedder).search(ContextQuery.text("x").weights(1, 0)).unit())
                .isEmpty();
        assertThat(embedder.batches()).isZero();
        assertThat(intake(embedder).search(ContextQuery.text("x").weights(0, 1)).terms())
                .isEmpty();
    }

    @Test
    void aQuerysOwnVectorIsUsedAndItsWordsAreStillSearched() {
        var embedder = new WatchedEmbedder();

        Search search = intake(embedder).search(ContextQuery.text("payment").near(ones()));

        assertThat(search.terms()).containsExactly("payment");
        assertThat(search.unit().orElseThrow()).containsOnly(0.125f);
        assertThat(embedder.batches()).isZero();
        assertThat(intake(TABLE).search(ContextQuery.vector(new float[] {1, 0})).terms())
                .isEmpty();
    }

    @Test
    void aQuestionWithNothingToEmbedHasNoDenseLeg() {
        assertThat(intake(TABLE).search(ContextQuery.text("nowhere")).unit()).isEmpty();
    }

    @Test
    void aLegKeepsAsManyCandidatesAsRankingWants() {
        Leg leg = intake(TABLE).search(ContextQuery.text("x").limit(300)).newLeg();
        for (int i = 0; i < 400; i++) {
            leg.offer(Interaction.of("id-" + i, "x"), i);
        }

        assertThat(leg.best()).hasSize(300);
    }

    @Test
    void whatTheEmbedderMustNotGiveIsNamed() {
        var embedder = new WatchedEmbedder();
        Intake intake = intake(embedder);

        embedder.spoil(vectors -> List.of());
        assertThatThrownBy(() -> intake.search(ContextQuery.text("x")))
                .isInstanceOf(MnemeException.class)
                .hasMessage("the embedder mneme-hashing-2/64/l2 must give one vector for each text, gave 0 for 1");
        embedder.spoil(vectors -> List.of(new float[64], new float[64]));
        assertThatThrownBy(() -> intake.drafts(List.of(Interaction.of("x")))).hasMessageEndingWith("gave 2 for 1");
        embedder.spoil(vectors -> List.of(new float[65]));
        assertThatThrownBy(() -> intake.search(ContextQuery.text("x"))).hasMessageEndingWith("gave 65");
        embedder.spoil(vectors -> {
            vectors.get(0)[1] = Float.NEGATIVE_INFINITY;
            return vectors;
        });
        assertThatThrownBy(() -> intake.search(ContextQuery.text("x"))).hasMessageEndingWith("gave -Infinity");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        TextAnalyzer analyzer = TextAnalyzer.russianEnglish();
        InstantSource clock = InstantSource.system();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Intake(new Described(0, "f"), analyzer, clock, 1))
                .withMessage("an embedder must have at least 1 dimension, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Intake(TABLE, analyzer, clock, 0))
                .withMessage("maxTextBytes must be at least 1, was 0");
        for (double weight : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Intake(TABLE.weighing(weight), analyzer, clock, 1))
                    .withMessage("an embedder's weight must be 0 or from 0.001 to 1000, was " + weight);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Intake(new Described(1, " "), analyzer, clock, 1))
                .withMessage("the fingerprint of an embedder must have 1 to 256 characters, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Intake(TABLE, new Whole("f".repeat(257)), clock, 1))
                .withMessage("the fingerprint of an analyzer must have 1 to 256 characters, had 257");
        assertThatCode(() -> new Intake(new Described(1, "f".repeat(256)), new Whole("f"), clock, 1))
                .doesNotThrowAnyException();
    }

    @Test
    void aFilterOfAKindThatNoRecordHasIsRefusedWhereverItStands() {
        Function<String, Set<Kind>> kinds =
                key -> key.equals("tool") ? EnumSet.of(Kind.TEXT) : EnumSet.noneOf(Kind.class);
        Filter wrong = meta("tool").is(5);
        for (Filter filter : List.of(
                wrong,
                wrong.not(),
                wrong.and(type().is("x")),
                type().is("x").or(wrong),
                meta("tool").in(5, 6),
                meta("tool").atMost(5),
                type().is("x").or(type().is("y").and(wrong.not()).not()))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Intake.checkKinds(filter, kinds))
                    .withMessage("the filter on 'meta.tool' must compare with text as the records do, was a number");
        }
        for (Filter filter : List.of(
                meta("tool").is("x"), meta("tool").exists(), meta("nobody").is(5), type().is("x"))) {
            assertThatCode(() -> Intake.checkKinds(filter, kinds)).doesNotThrowAnyException();
        }
    }
}
