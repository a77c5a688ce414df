package dev.mneme.memory.context.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.memory.context.TextAnalyzer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Everyday words of English and Russian that belong together, as the terms of an analyzer: which mean the same, and which
 * are kinds of what. Made by hand; what is in it, and by which measure, stands at the head of {@value #FILE}.
 *
 * <p>Immutable, and safe to share between threads.
 */
final class Vocabulary {

    private static final String FILE = "everyday-words.txt";

    private final Map<String, Set<String>> same = new HashMap<>();
    private final Map<String, Set<String>> kinds = new HashMap<>();

    private Vocabulary() {}

    static Vocabulary of(TextAnalyzer analyzer) {
        var vocabulary = new Vocabulary();
        for (String line : lines()) {
            int kinds = line.indexOf('>');
            if (kinds < 0) {
                List<String> words = terms(analyzer, line);
                words.forEach(word -> add(vocabulary.same, word, words));
            } else {
                List<String> general = terms(analyzer, line.substring(0, kinds));
                List<String> special = terms(analyzer, line.substring(kinds + 1));
                for (String word : general) {
                    add(vocabulary.same, word, general);
                    add(vocabulary.kinds, word, special);
                }
            }
        }
        return vocabulary;
    }

    /** The terms of other words for what a term says; without the term itself. */
    Set<String> same(String term) {
        return same.getOrDefault(term, Set.of());
    }

    /** The terms of words for kinds of what a term says. */
    Set<String> kinds(String term) {
        return kinds.getOrDefault(term, Set.of());
    }

    private static void add(Map<String, Set<String>> words, String word, List<String> others) {
        Set<String> known = words.computeIfAbsent(word, any -> new LinkedHashSet<>());
        others.stream().filter(other -> !other.equals(word)).forEach(known::add);
    }

    /** The term of each word; words of which the analyzer makes none, or several, are left out. */
    private static List<String> terms(TextAnalyzer analyzer, String words) {
        var terms = new ArrayList<String>();
        for (String word : List.of(words.replace('/', ' ').strip().split("\\s+"))) {
            List<String> made = analyzer.terms(word);
            if (made.size() == 1) {
                terms.add(made.get(0));
            }
        }
        return terms;
    }

    private static List<String> lines() {
        try (InputStream in = Objects.requireNonNull(Vocabulary.class.getResourceAsStream(FILE), FILE)) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
