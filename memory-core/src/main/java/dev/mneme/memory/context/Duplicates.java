package dev.mneme.memory.context;

import java.util.OptionalDouble;

/**
 * What becomes of an interaction that says again what a record of the agent says already, under another id.
 *
 * <p>It is a duplicate of a record if both have the same type, session and speaker (or both have none), no two different
 * positions, and the same text, where case and the width of white space do not count. With a {@link #similarity(double)} it
 * also is one if the cosine of their vectors reaches that: the rule by which {@link ContextQuery#foldDuplicates} folds hits.
 * An interaction with the id of a record replaces that record, as ever. Of several such records the newest counts.
 *
 * <p>Immutable.
 */
public final class Duplicates {

    /** What to do. */
    public enum Action {
        /** Nothing: each id is a record of its own. */
        KEEP,
        /** The interaction is not stored. */
        SKIP,
        /** The interaction goes into the record that is there. */
        MERGE
    }

    private static final Duplicates OFF = new Duplicates(Action.KEEP, OptionalDouble.empty());

    private final Action action;
    private final OptionalDouble similarity;

    private Duplicates(Action action, OptionalDouble similarity) {
        this.action = action;
        this.similarity = similarity;
    }

    /** Duplicates are kept: what a store does unless told otherwise. */
    public static Duplicates off() {
        return OFF;
    }

    /** A duplicate is not stored, and the add answers {@link Added#SKIPPED}. The record that is there stays as it is. */
    public static Duplicates skip() {
        return new Duplicates(Action.SKIP, OptionalDouble.empty());
    }

    /**
     * A duplicate goes into the record that is there, and the add answers {@link Added#MERGED}. The record keeps its id, text
     * and vector. It gets the later time, the greater importance, the pin if either has it, the outcome of the newer one
     * unless that is unknown, a position if either has one, the metadata of both (of two values of a key the newer one's;
     * entries beyond {@value Interaction#MAX_META} are left out, the older one's first), and lasts as long as the one that
     * would have lasted longer.
     */
    public static Duplicates merge() {
        return new Duplicates(Action.MERGE, OptionalDouble.empty());
    }

    /**
     * From which cosine on two texts are taken for one; by default vectors are not compared. Each add then costs a search
     * among the records of its type, session and speaker. What cosine means "the same" depends on the embedder: one that
     * counts words, as {@link HashingEmbedder}, puts two orders whose numbers differ close together.
     *
     * @throws IllegalArgumentException if the cosine is not above 0 and at most 1, or duplicates are kept
     */
    public Duplicates similarity(double cosine) {
        if (!(cosine > 0 && cosine <= 1)) {
            throw new IllegalArgumentException("similarity must be above 0 and at most 1, was " + cosine);
        }
        if (action == Action.KEEP) {
            throw new IllegalArgumentException("similarity must be given with skip or merge, was given with off");
        }
        return new Duplicates(action, OptionalDouble.of(cosine));
    }

    public Action action() {
        return action;
    }

    /** Empty if vectors are not compared. */
    public OptionalDouble similarity() {
        return similarity;
    }
}
