package dev.mneme.memory.context.spi;

import java.util.regex.Pattern;

/** How much of a text only asks. */
final class QuestionShare {

    /** Shorter sentences, such as "Really?", say nothing either way. */
    private static final int MIN_WORDS = 3;

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private static final Pattern ENDS = Pattern.compile("[.!?…]");

    /** What ends a sentence, with what may close behind it. */
    private static final String MARKS = ".!?…\"')]»”";

    private QuestionShare() {}

    /**
     * The share of the sentences of at least {@value #MIN_WORDS} words that end with a question mark, from 0 to 1. A text with
     * no such sentence is taken as one sentence.
     */
    static float of(String text) {
        int sentences = 0;
        int questions = 0;
        int words = 0;
        boolean asks = false;
        for (String word : BLANKS.splitAsStream(text).toList()) {
            words += word.isEmpty() ? 0 : 1;
            String marks = word.substring(endings(word));
            asks = marks.contains("?");
            if (ENDS.matcher(marks).find()) {
                sentences += words >= MIN_WORDS ? 1 : 0;
                questions += words >= MIN_WORDS && asks ? 1 : 0;
                words = 0;
            }
        }
        sentences += words >= MIN_WORDS ? 1 : 0;
        if (sentences == 0) {
            return asks ? 1 : 0;
        }
        return (float) questions / sentences;
    }

    /** Where the marks begin with which a word ends a sentence. */
    private static int endings(String word) {
        int at = word.length();
        while (at > 0 && MARKS.indexOf(word.charAt(at - 1)) >= 0) {
            at--;
        }
        return at;
    }
}
