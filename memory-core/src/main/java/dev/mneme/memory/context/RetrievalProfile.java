package dev.mneme.memory.context;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a search makes of the records around a match: a set of named parts, each with a weight.
 *
 * <p>The parts need records that are turns of a conversation, which is to say that have a {@linkplain Interaction#session
 * session}. A record without one is scored by its own words and its own vector under every profile, so {@link #CONVERSATION}
 * is safe for a memory that holds both. A profile changes scores and order only: what a filter refuses, or what belongs to
 * another agent, neither is a hit nor adds to the score of one.
 *
 * <p>Immutable. Each of the methods that take a value returns a copy with that part changed. What each part was measured to
 * bring is in {@code docs/recall.md}.
 */
public final class RetrievalProfile {

    /** The most that a weight can be. */
    public static final double MAX_WEIGHT = 10;

    /** A means of finding turns; a profile says how much each counts. */
    public enum Part {
        /**
         * How much the turns before and after count: the words of a turn's neighbours in its session are words of the turn
         * too, at 0.6 of this weight for the one before and 0.4 for the one after, and 0.6 of that for each step further
         * away. For a vector's nearness the same holds. 1 in {@link #CONVERSATION}.
         */
        NEIGHBOURS,
        /**
         * How much more the turns of a speaker count whom the question names: the score is multiplied by one more than this
         * weight, unless the question names all speakers. 0.7 in {@link #CONVERSATION}.
         */
        SPEAKER,
        /**
         * How much more turns count from about a time that the question names ({@code in March}, {@code 8 May 2023}, {@code
         * last week}, {@code вчера}, {@code в марте}): the score is multiplied by up to one more than twice this weight. 1 in
         * {@link #CONVERSATION}.
         */
        DATES,
        /**
         * How much less a turn counts that only asks: the score is multiplied by one less this weight times the share of its
         * sentences that are questions; at most 1. 0.3 in {@link #CONVERSATION}.
         */
        QUESTIONS,
        /**
         * How much another everyday word for the same thing counts, in the question's language or the other one. 0.6 in
         * {@link #CONVERSATION}.
         */
        SYNONYMS,
        /** How much a dog counts to a question about pets. 0.4 in {@link #CONVERSATION}. */
        KINDS,
        /** How much a name counts that is written in the other alphabet. 0.6 in {@link #CONVERSATION}. */
        SPELLINGS
    }

    /** For what people and agents say to each other, turn by turn; the default of every store. */
    public static final RetrievalProfile CONVERSATION = new RetrievalProfile("conversation", Map.of(), ZoneOffset.UTC)
            .with(Part.NEIGHBOURS, 1)
            .with(Part.SPEAKER, 0.7)
            .with(Part.DATES, 1)
            .with(Part.QUESTIONS, 0.3)
            .with(Part.SYNONYMS, 0.6)
            .with(Part.KINDS, 0.4)
            .with(Part.SPELLINGS, 0.6);

    /** For records that stand for themselves: none of the parts. */
    public static final RetrievalProfile DOCUMENTS = new RetrievalProfile("documents", Map.of(), ZoneOffset.UTC);

    private final String name;
    private final Map<Part, Double> weights;
    private final ZoneId zone;

    private RetrievalProfile(String name, Map<Part, Double> weights, ZoneId zone) {
        this.name = name;
        this.weights = weights;
        this.zone = zone;
    }

    /**
     * This profile by another name.
     *
     * @throws IllegalArgumentException if the name is blank or over {@value Interaction#MAX_NAME_LENGTH} characters
     */
    public RetrievalProfile named(String name) {
        if (name.isBlank() || name.length() > Interaction.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("the name of a profile must have 1 to " + Interaction.MAX_NAME_LENGTH
                    + " characters, had " + name.strip().length());
        }
        return new RetrievalProfile(name, weights, zone);
    }

    /**
     * This profile with another weight of a part; 0 leaves it out.
     *
     * @throws IllegalArgumentException if the weight is not from 0 to {@value #MAX_WEIGHT}, or over 1 for {@link
     *     Part#QUESTIONS}
     */
    public RetrievalProfile with(Part part, double weight) {
        double most = part == Part.QUESTIONS ? 1 : MAX_WEIGHT;
        if (!(weight >= 0 && weight <= most)) {
            throw new IllegalArgumentException(
                    "the weight of " + part + " must be from 0 to " + most + ", was " + weight);
        }
        Map<Part, Double> changed = new EnumMap<>(Part.class);
        changed.putAll(weights);
        if (weight == 0) {
            changed.remove(part);
        } else {
            changed.put(part, weight);
        }
        return new RetrievalProfile(name, Collections.unmodifiableMap(changed), zone);
    }

    /** This profile without a part. */
    public RetrievalProfile without(Part part) {
        return with(part, 0);
    }

    /** This profile with another time zone, in which the days and months of a question are meant; UTC by default. */
    public RetrievalProfile zone(ZoneId zone) {
        return new RetrievalProfile(name, weights, zone);
    }

    public String name() {
        return name;
    }

    /** The weight of a part; 0 if this profile does without it. */
    public double weight(Part part) {
        return weights.getOrDefault(part, 0.0);
    }

    public ZoneId zone() {
        return zone;
    }

    /** Whether no part has a weight, so that every record stands for itself. */
    public boolean isPlain() {
        return weights.isEmpty();
    }

    /** The name and the weights. */
    @Override
    public String toString() {
        return name + weights;
    }
}
