package dev.mneme.memory.context;

import java.util.List;

/**
 * Turns text into the terms that the text leg of a search matches: what two texts must share to be about the same.
 *
 * <p>Records and questions are analysed alike. Implementations must be safe to share between threads.
 */
public interface TextAnalyzer {

    /** The terms in the order of the text, each as often as it occurs. */
    List<String> terms(String text);

    /**
     * Names this analysis and its version: terms of another fingerprint do not match these. At most 256 characters.
     */
    String fingerprint();

    /** The default: Russian and English mixed; see {@link RussianEnglishAnalyzer}. */
    static TextAnalyzer russianEnglish() {
        return RussianEnglishAnalyzer.INSTANCE;
    }
}
