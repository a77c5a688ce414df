package dev.mneme.memory.history;

/**
 * Counts the tokens of a text as a model would. Called on the caller's thread, for every turn whose number is not known;
 * must be safe for use by many threads, and give the same number for the same text.
 */
@FunctionalInterface
public interface TokenCounter {

    /** How many tokens the text has; at least 0. */
    int count(String text);

    /**
     * An estimate from the characters alone, rounded up: a quarter of a token for each of ASCII, half a token for each of
     * the other alphabets of two bytes in UTF-8 (Cyrillic, Greek, accented Latin, Hebrew, Arabic), one for each other
     * character, two for each outside the basic plane (emoji).
     *
     * <p>Four characters for a token is the rule of thumb that makers of models give for English; vocabularies that were
     * learnt from mostly English text cut other scripts finer. It is no measurement: code, numbers and rare words take
     * more tokens than this says. Who must not exceed a model's limit leaves room, or brings the model's own counter.
     */
    static TokenCounter estimate() {
        return TokenCounter::estimated;
    }

    private static int estimated(String text) {
        long quarters = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // each half of a surrogate pair is one
            quarters += c < 0x80 ? 1 : c < 0x800 ? 2 : 4;
        }
        return (int) Math.min(Integer.MAX_VALUE, (quarters + 3) / 4);
    }
}
