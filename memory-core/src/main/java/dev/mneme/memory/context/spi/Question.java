package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.context.RetrievalProfile.Part;
import dev.mneme.memory.context.TextAnalyzer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words of a query as a conversation may have said them: each with its other words and spellings, and the times that
 * they name. What it holds is known to {@link Conversation} alone.
 */
public final class Question {

    /** No words, no times: what a query by vector asks. */
    static final Question NONE = new Question(List.of(), List.of(), DateMentions.NONE);

    /** A longer text is its own context: its words are looked for as they are. */
    private static final int MAX_WIDENED = 64;

    private final List<Word> words;
    private final List<String> names;
    private final DateMentions dates;

    private Question(List<Word> words, List<String> names, DateMentions dates) {
        this.words = words;
        this.names = names;
        this.dates = dates;
    }

    /**
     * A word of the question.
     *
     * @param term the word itself, as a term
     * @param others terms that stand for it too, and how much each counts beside it
     */
    record Word(String term, Map<String, Double> others) {}

    static Question of(
            String text,
            Set<String> terms,
            TextAnalyzer analyzer,
            Vocabulary vocabulary,
            RetrievalProfile profile,
            Instant now) {
        boolean widened = terms.size() <= MAX_WIDENED;
        Map<String, String> spellings =
                widened && profile.weight(Part.SPELLINGS) > 0 ? spellings(text, analyzer) : Map.of();
        var words = new ArrayList<Word>();
        for (String term : terms) {
            Map<String, Double> others = new LinkedHashMap<>();
            if (widened) {
                // where a word is in several roles the greater weight holds
                add(others, vocabulary.same(term), profile.weight(Part.SYNONYMS));
                add(others, vocabulary.kinds(term), profile.weight(Part.KINDS));
            }
            String spelling = spellings.get(term);
            if (spelling != null) {
                add(others, Set.of(spelling), profile.weight(Part.SPELLINGS));
            }
            others.remove(term);
            words.add(new Word(term, others));
        }
        var names = new ArrayList<String>(terms);
        names.addAll(spellings.values());
        DateMentions dates =
                profile.weight(Part.DATES) > 0 ? DateMentions.in(text, now, profile.zone()) : DateMentions.NONE;
        return new Question(List.copyOf(words), List.copyOf(names), dates);
    }

    List<Word> words() {
        return words;
    }

    /** The terms that may name a speaker. */
    List<String> names() {
        return names;
    }

    DateMentions dates() {
        return dates;
    }

    private static void add(Map<String, Double> others, Set<String> terms, double weight) {
        if (weight > 0) {
            terms.forEach(term -> others.merge(term, weight, Math::max));
        }
    }

    /** For each capitalised word, by its term, the term of the same word in the other alphabet. */
    private static Map<String, String> spellings(String text, TextAnalyzer analyzer) {
        Map<String, String> spellings = new HashMap<>();
        for (String word : NameSpellings.words(text)) {
            if (Character.isUpperCase(word.codePointAt(0))) {
                List<String> term = analyzer.terms(word);
                List<String> other = analyzer.terms(NameSpellings.other(word));
                if (term.size() == 1 && other.size() == 1) {
                    spellings.put(term.get(0), other.get(0));
                }
            }
        }
        return spellings;
    }
}
