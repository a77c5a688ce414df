package dev.mneme.memory.cache;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A question to a knowledge base, with all that decides its answer.
 *
 * <p>Two queries have the same cached answer if they agree in the knowledge base, in the parameters, and in the text but
 * for letter case, white space, and forms of a character that look alike (Unicode NFKC).
 *
 * @param knowledgeBase what is searched, as a host names it: a collection, or one user's memory; 1 to 200 characters
 * @param text what is searched for; must not be blank
 * @param parameters whatever else decides the answer: limits, filters, models, the version of an index
 */
public record RetrievalQuery(String knowledgeBase, String text, Map<String, String> parameters) {

    static final int MAX_NAME_LENGTH = 200;

    /**
     * @throws IllegalArgumentException if the knowledge base is blank or too long, or the text is blank
     */
    public RetrievalQuery {
        checkName(knowledgeBase);
        if (text.isBlank()) {
            throw new IllegalArgumentException("a query's text must not be blank, was");
        }
        parameters = Map.copyOf(parameters);
    }

    /** A query without parameters. */
    public static RetrievalQuery of(String knowledgeBase, String text) {
        return new RetrievalQuery(knowledgeBase, text, Map.of());
    }

    static void checkName(String knowledgeBase) {
        if (knowledgeBase.isBlank() || knowledgeBase.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("a knowledge base must have 1 to " + MAX_NAME_LENGTH
                    + " characters and not be blank, had " + knowledgeBase.length());
        }
    }

    /** The hash of the normalised text and the parameters. */
    String hash() {
        var parts = new ArrayList<String>();
        parts.add(Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .strip()
                .replaceAll("(?U)\\s+", " "));
        new TreeMap<>(parameters).forEach((name, value) -> {
            parts.add(name);
            parts.add(value);
        });
        return HashedKey.hash(parts);
    }

    /** Without the text, which may be personal. */
    @Override
    public String toString() {
        return "RetrievalQuery[" + parameters.size() + " parameters]";
    }
}
