package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.success;
import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContextQueryTest {

    private static final ContextQuery QUERY = ContextQuery.text("payment");

    @Test
    void whatIsNotAskedHasADefault() {
        assertThat(QUERY.text()).hasValue("payment");
        assertThat(QUERY.vector()).isEmpty();
        assertThat(QUERY.filter()).isEmpty();
        assertThat(QUERY.textWeight()).isEqualTo(1);
        assertThat(QUERY.denseWeight()).isEmpty();
        assertThat(QUERY.halfLife()).isEmpty();
        assertThat(QUERY.importanceBoost()).isZero();
        assertThat(QUERY.minScore()).isZero();
        assertThat(QUERY.minSimilarity()).isEqualTo(-1);
        assertThat(QUERY.limit()).isEqualTo(10);
        assertThat(QUERY.isExplained()).isFalse();
    }

    @Test
    void whatIsAskedIsKept() {
        ContextQuery query = QUERY.near(new float[] {1, 2})
                .where(type().is("note"))
                .weights(0, 3)
                .halfLife(Duration.ofDays(7))
                .importanceBoost(1)
                .minScore(1)
                .minSimilarity(1)
                .limit(ContextQuery.MAX_LIMIT)
                .explain();

        assertThat(query.text()).hasValue("payment");
        assertThat(query.vector().orElseThrow()).containsExactly(1, 2);
        assertThat(query.filter()).hasValue(type().is("note"));
        assertThat(query.textWeight()).isZero();
        assertThat(query.denseWeight()).hasValue(3);
        assertThat(query.halfLife()).hasValue(Duration.ofDays(7));
        assertThat(query.importanceBoost()).isEqualTo(1);
        assertThat(query.minScore()).isEqualTo(1);
        assertThat(query.minSimilarity()).isEqualTo(1);
        assertThat(query.limit()).isEqualTo(10_000);
        assertThat(query.isExplained()).isTrue();
    }

    @Test
    void aQueryIsNeverChangedByTheOnesMadeFromIt() {
        ContextQuery one = QUERY.limit(3).where(type().is("a"));
        ContextQuery other = one.limit(4).where(success().isTrue()).explain();

        assertThat(QUERY.limit()).isEqualTo(10);
        assertThat(one.limit()).isEqualTo(3);
        assertThat(one.filter()).hasValue(type().is("a"));
        assertThat(one.isExplained()).isFalse();
        assertThat(other.filter()).hasValue(type().is("a").and(success().isTrue()));
    }

    @Test
    void vectorsAreCopiedInAndOut() {
        float[] given = {1, 2};
        ContextQuery query = ContextQuery.vector(given);
        given[0] = 9;
        query.vector().orElseThrow()[1] = 9;

        assertThat(query.vector().orElseThrow()).containsExactly(1, 2);
        assertThat(query.text()).isEmpty();
    }

    @Test
    void aBlankOrOverlongTextIsRefusedWithoutTellingIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextQuery.text(" \n"))
                .withMessage("the text of a query must not be blank, was blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextQuery.text("x".repeat(65_537)))
                .withMessage("the text of a query must have at most 65536 characters, had 65537");
        assertThat(ContextQuery.text("x".repeat(65_536)).text()).isPresent();
    }

    @Test
    void aVectorWithoutNumbersOrDirectionIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextQuery.vector(new float[0]))
                .withMessage("a vector must have at least one dimension, had none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.near(new float[] {0, -0f}))
                .withMessage("a vector must have a length above zero, was all zero");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.near(new float[] {0, Float.NaN}))
                .withMessage("a vector must hold finite numbers, was NaN at dimension 1");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1, 2", "2, -1", "NaN, 1", "1, NaN", "Infinity, 1", "1e308, 1e308", "1e-322, 0", "0.0009, 1"})
    void weightsThatNoScoreCouldTellFromNothingAreRefused(double text, double dense) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.weights(text, dense))
                .withMessage("weights must be 0 or from 0.001 to 1000, and not both 0, were " + text + " and " + dense);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.001, 1.001, Double.NaN, Double.POSITIVE_INFINITY})
    void aShareOutOfRangeIsRefused(double share) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.importanceBoost(share))
                .withMessage("importanceBoost must be from 0 to 1, was " + share);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.minScore(share))
                .withMessage("minScore must be from 0 to 1, was " + share);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1.001, 1.001, Double.NaN})
    void aSimilarityOutOfRangeIsRefused(double similarity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.minSimilarity(similarity))
                .withMessage("minSimilarity must be from -1 to 1, was " + similarity);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001, Integer.MIN_VALUE})
    void aLimitOutOfRangeIsRefused(int limit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.limit(limit))
                .withMessage("limit must be from 1 to 10000, was " + limit);
    }

    @Test
    void aHalfLifeOfNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.halfLife(Duration.ZERO))
                .withMessage("halfLife must be above zero, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QUERY.halfLife(Duration.ofNanos(-1)))
                .withMessage("halfLife must be above zero, was PT-0.000000001S");
    }

    @Test
    void filtersThatTogetherAreTooDeepAreRefused() {
        Filter deep = type().is("x");
        for (int i = 1; i < Filter.MAX_DEPTH; i++) {
            deep = deep.not();
        }
        ContextQuery query = QUERY.where(deep);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> query.where(success().isTrue()))
                .withMessage("a filter must have at most 64 levels, had 65");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void aDiversityOutOfRangeIsRefused(double diversity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextQuery.text("x").diversity(diversity))
                .withMessage("diversity must be from 0 to 1, was " + diversity);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
    void aSimilarityOfDuplicatesOutOfRangeIsRefused(double similarity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextQuery.text("x").foldDuplicates(similarity))
                .withMessage("similarity must be above 0 and at most 1, was " + similarity);
    }

    @Test
    void profileDiversityAndFoldingAreLeftToTheStoreOrOffUnlessAsked() {
        ContextQuery plain = ContextQuery.text("x");
        ContextQuery asked =
                plain.profile(RetrievalProfile.DOCUMENTS).diversity(0.3).foldDuplicates(0.9);

        assertThat(plain.profile()).isEmpty();
        assertThat(plain.diversity()).isZero();
        assertThat(plain.duplicateSimilarity()).isEmpty();
        assertThat(asked.profile()).hasValue(RetrievalProfile.DOCUMENTS);
        assertThat(asked.diversity()).isEqualTo(0.3);
        assertThat(asked.duplicateSimilarity()).hasValue(0.9);
    }
}
