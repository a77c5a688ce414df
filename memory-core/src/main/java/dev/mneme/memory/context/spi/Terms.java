package dev.mneme.memory.context.spi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The terms of a text, counted.
 *
 * @param counts how often each term occurs, in the order of first occurrence
 * @param length how many terms the text has, repeated ones included
 */
public record Terms(Map<String, Integer> counts, int length) {

    public static Terms of(List<String> terms) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (String term : terms) {
            counts.merge(term, 1, Integer::sum);
        }
        return new Terms(counts, terms.size());
    }
}
