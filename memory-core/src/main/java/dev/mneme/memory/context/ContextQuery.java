package dev.mneme.memory.context;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A question to an agent's memory: words, a vector or both, a filter, and how to rank.
 *
 * <p>The words are searched in two ways, by BM25 over their stems (the text leg) and by their embedding (the dense leg);
 * a record that either leg finds can be a hit. A query with a vector alone has no text leg.
 *
 * <p>Immutable. Each of the methods that take a value returns a copy with that part changed, and checks it.
 */
public final class ContextQuery {

    /** The most hits a query may ask for. */
    public static final int MAX_LIMIT = 10_000;

    /** The most characters (UTF-16 units) of a query's text. */
    public static final int MAX_TEXT_LENGTH = 65_536;

    private final Parts parts;

    private ContextQuery(Parts parts) {
        this.parts = parts;
    }

    /**
     * A query by words; the store's embedder makes its vector.
     *
     * @param text not blank, at most {@value #MAX_TEXT_LENGTH} characters
     * @throws IllegalArgumentException if the text is blank or too long
     */
    public static ContextQuery text(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the text of a query must not be blank, was blank");
        }
        if (text.length() > MAX_TEXT_LENGTH) {
            throw new IllegalArgumentException(
                    "the text of a query must have at most " + MAX_TEXT_LENGTH + " characters, had " + text.length());
        }
        return new ContextQuery(new Parts()).with(parts -> parts.text = text);
    }

    /**
     * A query by a vector alone.
     *
     * @param vector with as many dimensions as the store's embedder has
     * @throws IllegalArgumentException if the vector has no dimensions, is all zero, or holds a NaN or an infinity
     */
    public static ContextQuery vector(float[] vector) {
        return new ContextQuery(new Parts()).near(vector);
    }

    /**
     * A ready-made vector for the words of this query, so that the store's embedder is not asked.
     *
     * @throws IllegalArgumentException if the vector has no dimensions, is all zero, or holds a NaN or an infinity
     */
    public ContextQuery near(float[] vector) {
        float[] kept = vector.clone();
        Interaction.checkVector(kept);
        return with(parts -> parts.vector = kept);
    }

    /**
     * Only interactions that satisfy the filter are searched; a second call asks for both.
     *
     * @throws IllegalArgumentException if the joined filters are nested too deeply
     */
    public ContextQuery where(Filter filter) {
        Filter both = parts.filter == null ? filter : parts.filter.and(filter);
        return with(parts -> parts.filter = both);
    }

    /**
     * How much each leg counts in the fusion; by default 1 for the text leg, and for the dense leg what the store's
     * embedder says of {@linkplain Embedder#weight() itself}. A leg of weight 0 is not searched.
     *
     * @param text 0, or from 0.001 to 1000
     * @param dense 0, or from 0.001 to 1000
     * @throws IllegalArgumentException if a weight is out of range, or both are zero
     */
    public ContextQuery weights(double text, double dense) {
        if (!isWeight(text) || !isWeight(dense) || text + dense == 0) {
            throw new IllegalArgumentException(
                    "weights must be 0 or from 0.001 to 1000, and not both 0, were " + text + " and " + dense);
        }
        return with(parts -> {
            parts.textWeight = text;
            parts.denseWeight = dense;
        });
    }

    /**
     * Lets scores fade with age: an interaction scores half as much for each half-life since its time. Off by default.
     *
     * @throws IllegalArgumentException if the half-life is not above zero
     */
    public ContextQuery halfLife(Duration halfLife) {
        if (halfLife.isZero() || halfLife.isNegative()) {
            throw new IllegalArgumentException("halfLife must be above zero, was " + halfLife);
        }
        return with(parts -> parts.halfLife = halfLife);
    }

    /**
     * How much importance counts, from 0 (not at all, the default) to 1: the score is multiplied by
     * {@code 1 + boost * (2 * importance - 1)}, so that the default importance changes nothing.
     *
     * @throws IllegalArgumentException if the boost is out of range
     */
    public ContextQuery importanceBoost(double boost) {
        if (!(boost >= 0 && boost <= 1)) {
            throw new IllegalArgumentException("importanceBoost must be from 0 to 1, was " + boost);
        }
        return with(parts -> parts.importanceBoost = boost);
    }

    /**
     * Leaves out hits that score less, on the scale of {@link Hit#score()}: before recency and importance, 1 is the first
     * place in every leg. Scores come from places, so the best of bad candidates scores high too; to ask for closeness
     * itself use {@link #minSimilarity}.
     *
     * @throws IllegalArgumentException if the score is out of 0 to 1
     */
    public ContextQuery minScore(double minScore) {
        if (!(minScore >= 0 && minScore <= 1)) {
            throw new IllegalArgumentException("minScore must be from 0 to 1, was " + minScore);
        }
        return with(parts -> parts.minScore = minScore);
    }

    /**
     * Leaves out of the dense leg what is less similar by the cosine, from -1 (the default) to 1, to within a millionth;
     * what the text leg finds stays. The turns around a similar one are left out too, unless they are similar themselves.
     *
     * @throws IllegalArgumentException if the similarity is out of range
     */
    public ContextQuery minSimilarity(double cosine) {
        if (!(cosine >= -1 && cosine <= 1)) {
            throw new IllegalArgumentException("minSimilarity must be from -1 to 1, was " + cosine);
        }
        return with(parts -> parts.minSimilarity = cosine);
    }

    /**
     * What the search makes of the records around a match; by default what the store was built with, and that is {@link
     * RetrievalProfile#CONVERSATION} unless it was told otherwise.
     */
    public ContextQuery profile(RetrievalProfile profile) {
        return with(parts -> parts.profile = profile);
    }

    /**
     * How much a hit must differ from those before it, from 0 (not at all, the default) to 1: each next hit is the one with
     * the highest {@code (1 - diversity) * score / best score - diversity * likeness}, where likeness is the highest cosine of
     * its vector and that of a hit before it. Hits keep their scores, which then need not fall. Of many hits the best 200 are
     * compared.
     *
     * @throws IllegalArgumentException if the diversity is out of range
     */
    public ContextQuery diversity(double diversity) {
        if (!(diversity >= 0 && diversity <= 1)) {
            throw new IllegalArgumentException("diversity must be from 0 to 1, was " + diversity);
        }
        return with(parts -> parts.diversity = diversity);
    }

    /**
     * Leaves out hits that are like a better one: whose vector has at least this cosine with that one's, to within a
     * millionth. Off by default. Of many hits the best 200 are compared.
     *
     * @param similarity above 0, up to 1; 1 leaves out only what has the same vector
     * @throws IllegalArgumentException if the similarity is out of range
     */
    public ContextQuery foldDuplicates(double similarity) {
        if (!(similarity > 0 && similarity <= 1)) {
            throw new IllegalArgumentException("similarity must be above 0 and at most 1, was " + similarity);
        }
        return with(parts -> parts.duplicateSimilarity = similarity);
    }

    /**
     * The most hits to return; 10 by default.
     *
     * @param limit from 1 to {@value #MAX_LIMIT}
     * @throws IllegalArgumentException if the limit is out of range
     */
    public ContextQuery limit(int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be from 1 to " + MAX_LIMIT + ", was " + limit);
        }
        return with(parts -> parts.limit = limit);
    }

    /** Gives each hit an {@link Explanation}. */
    public ContextQuery explain() {
        return with(parts -> parts.explained = true);
    }

    public Optional<String> text() {
        return Optional.ofNullable(parts.text);
    }

    /** A copy of the ready-made vector. */
    public Optional<float[]> vector() {
        return parts.vector == null ? Optional.empty() : Optional.of(parts.vector.clone());
    }

    public Optional<Filter> filter() {
        return Optional.ofNullable(parts.filter);
    }

    public double textWeight() {
        return parts.textWeight;
    }

    /** Empty if the store's embedder decides. */
    public OptionalDouble denseWeight() {
        return parts.denseWeight == null ? OptionalDouble.empty() : OptionalDouble.of(parts.denseWeight);
    }

    public Optional<Duration> halfLife() {
        return Optional.ofNullable(parts.halfLife);
    }

    public double importanceBoost() {
        return parts.importanceBoost;
    }

    public double minScore() {
        return parts.minScore;
    }

    public double minSimilarity() {
        return parts.minSimilarity;
    }

    /** Empty if the store decides. */
    public Optional<RetrievalProfile> profile() {
        return Optional.ofNullable(parts.profile);
    }

    public double diversity() {
        return parts.diversity;
    }

    /** Empty if hits that are alike are all given. */
    public OptionalDouble duplicateSimilarity() {
        return parts.duplicateSimilarity == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(parts.duplicateSimilarity);
    }

    public int limit() {
        return parts.limit;
    }

    public boolean isExplained() {
        return parts.explained;
    }

    /** Whether a leg can have this weight: none, or one that a score can tell from none. */
    static boolean isWeight(double weight) {
        return weight == 0 || (weight >= 0.001 && weight <= 1000);
    }

    /** Whether both ask the same; profiles are the same only if they are one object. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ContextQuery that && parts.values().equals(that.parts.values());
    }

    @Override
    public int hashCode() {
        return parts.values().hashCode();
    }

    /** Without the words, which are the user's. */
    @Override
    public String toString() {
        return "ContextQuery[limit=" + parts.limit + "]";
    }

    private ContextQuery with(Consumer<Parts> change) {
        Parts changed = parts.copy();
        change.accept(changed);
        return new ContextQuery(changed);
    }

    /** The values; never written to once a query holds them. */
    private static final class Parts implements Cloneable {
        private @Nullable String text;
        private float @Nullable [] vector;
        private @Nullable Filter filter;
        private double textWeight = 1;
        private @Nullable Double denseWeight;
        private @Nullable Duration halfLife;
        private double importanceBoost;
        private double minScore;
        private double minSimilarity = -1;
        private @Nullable RetrievalProfile profile;
        private double diversity;
        private @Nullable Double duplicateSimilarity;
        private int limit = 10;
        private boolean explained;

        List<@Nullable Object> values() {
            return Arrays.asList(
                    text,
                    vector == null ? null : FloatBuffer.wrap(vector),
                    filter,
                    textWeight,
                    denseWeight,
                    halfLife,
                    importanceBoost,
                    minScore,
                    minSimilarity,
                    profile,
                    diversity,
                    duplicateSimilarity,
                    limit,
                    explained);
        }

        Parts copy() {
            try {
                return (Parts) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
