package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Interaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The best candidates of one leg of a search, collected one by one.
 *
 * <p>Equal scores are ordered by time, newest first, then by id, so that every store cuts and ranks alike. Not safe to
 * share between threads.
 */
public final class Leg {

    /** A candidate, and its score by this leg's measure. */
    public record Candidate(Interaction interaction, double score) {}

    private static final Comparator<Candidate> BEST_FIRST = Comparator.comparingDouble(Candidate::score)
            .reversed()
            .thenComparing(Candidate::interaction, Leg::newestFirst);

    private final int capacity;
    private final PriorityQueue<Candidate> worstFirst = new PriorityQueue<>(BEST_FIRST.reversed());

    /** A leg that keeps the best {@code capacity} candidates; at least 1. */
    public Leg(int capacity) {
        this.capacity = capacity;
    }

    /** The score below which a candidate would not be kept; lets a scan skip the rest of the work. */
    public double floor() {
        return worstFirst.size() < capacity
                ? Double.NEGATIVE_INFINITY
                : worstFirst.element().score();
    }

    /** Keeps the candidate if it is among the best so far. */
    public void offer(Interaction interaction, double score) {
        if (score < floor()) {
            return;
        }
        worstFirst.add(new Candidate(interaction, score));
        if (worstFirst.size() > capacity) {
            worstFirst.remove();
        }
    }

    /** The candidates, best first. */
    public List<Candidate> best() {
        var best = new ArrayList<>(worstFirst);
        best.sort(BEST_FIRST);
        return best;
    }

    static int newestFirst(Interaction one, Interaction other) {
        int byTime = other.time().orElse(Instant.MIN).compareTo(one.time().orElse(Instant.MIN));
        return byTime != 0 ? byTime : one.id().compareTo(other.id());
    }
}
