package dev.mneme.memory.context;

import java.util.Locale;
import java.util.Optional;

/**
 * Why a hit stands where it stands: its score is {@code fused x recency x importance}.
 *
 * @param text its place in the text leg and its score there, which for a turn of a conversation comes from the turns around
 *     it too; empty if that leg did not find it
 * @param dense its place in the dense leg and its score there: its cosine, or, under a profile with parts and in a memory
 *     with sessions, how far it and the turns around it are above the last candidate's cosine; empty if that leg did not find
 *     it
 * @param fused the two places fused, from 0 to 1; 1 is the first place in every leg
 * @param recency the factor for its age, from 0 to 1; 1 if no half-life was asked
 * @param importance the factor for its importance, from 0 to 2; 1 if no boost was asked
 */
public record Explanation(
        Optional<Place> text, Optional<Place> dense, double fused, double recency, double importance) {

    /**
     * A place in one leg.
     *
     * @param rank from 1
     * @param score the leg's own score
     */
    public record Place(int rank, double score) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "#%d (%.3f)", rank, score);
        }
    }

    /** In one line: {@code text #1 (7.213), dense #4 (0.412), fused 0.97, recency 0.91, importance 1.00}. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "text %s, dense %s, fused %.2f, recency %.2f, importance %.2f",
                text.map(Place::toString).orElse("-"),
                dense.map(Place::toString).orElse("-"),
                fused,
                recency,
                importance);
    }
}
