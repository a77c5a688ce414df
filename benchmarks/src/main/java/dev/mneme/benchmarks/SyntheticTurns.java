package dev.mneme.benchmarks;

import dev.mneme.memory.context.Interaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Turns that look like a conversation's to an index: 25 words by Zipf's law out of 20,000, sessions of 40 turns between two
 * speakers, and a ready-made vector near one of 200 random centres. The same numbers give the same turns.
 */
final class SyntheticTurns {

    private static final int WORDS_A_TURN = 25;
    private static final int TURNS_A_SESSION = 40;
    private static final int VOCABULARY = 20_000;
    private static final int CENTRES = 200;
    private static final double NOISE = 0.8;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final int dimensions;
    private final float[][] centres;
    private final double[] wordShares = new double[VOCABULARY];

    SyntheticTurns(int dimensions) {
        this.dimensions = dimensions;
        var random = new SplittableRandom(7);
        this.centres = new float[CENTRES][];
        for (int i = 0; i < CENTRES; i++) {
            centres[i] = gaussian(random);
        }
        double sum = 0;
        for (int rank = 0; rank < VOCABULARY; rank++) {
            sum += 1.0 / (rank + 1);
            wordShares[rank] = sum;
        }
    }

    /** Turns {@code from} to {@code from + count - 1}; every tenth is a tool call, whoever speaks. */
    List<Interaction> turns(int from, int count) {
        var turns = new ArrayList<Interaction>(count);
        for (int i = from; i < from + count; i++) {
            var random = new SplittableRandom(1_000_003L * i);
            turns.add(Interaction.of("turn-" + i, words(random, WORDS_A_TURN))
                    .type(i % 10 == 0 ? "tool_call" : "message")
                    .session("session-" + i / TURNS_A_SESSION)
                    .position(i % TURNS_A_SESSION)
                    .speaker(i % 2 == 0 ? "Anna" : "Boris")
                    .time(START.plusSeconds(i))
                    .meta("hundredth", i % 100 == 0)
                    .vector(vector(random)));
        }
        return turns;
    }

    /** The words of a question; the rarest quarter of the vocabulary and the commonest take part alike. */
    String question(int number) {
        return words(new SplittableRandom(-1 - number), 8);
    }

    float[] questionVector(int number) {
        return vector(new SplittableRandom(-1_000_003L * (number + 1)));
    }

    private String words(SplittableRandom random, int count) {
        var words = new StringBuilder();
        for (int i = 0; i < count; i++) {
            double at = random.nextDouble(wordShares[VOCABULARY - 1]);
            int rank = Arrays.binarySearch(wordShares, at);
            words.append(words.isEmpty() ? "" : " ").append(word(rank < 0 ? -rank - 1 : rank));
        }
        return words.toString();
    }

    /** A made-up word of syllables, so that it passes the analysis as one and its length is natural. */
    private static String word(int rank) {
        String consonants = "bdfgklmnprstvz";
        String vowels = "aeiou";
        var word = new StringBuilder();
        for (int rest = rank + 70; rest > 0; rest /= 70) {
            word.append(consonants.charAt(rest % 14)).append(vowels.charAt(rest / 14 % 5));
        }
        return word.append('k').toString();
    }

    private float[] vector(SplittableRandom random) {
        float[] centre = centres[random.nextInt(CENTRES)];
        float[] noise = gaussian(random);
        for (int i = 0; i < dimensions; i++) {
            noise[i] = (float) (centre[i] + NOISE * noise[i]);
        }
        return noise;
    }

    private float[] gaussian(SplittableRandom random) {
        var vector = new float[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) random.nextGaussian();
            squares += (double) vector[i] * vector[i];
        }
        double length = Math.sqrt(squares);
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= (float) length;
        }
        return vector;
    }
}
