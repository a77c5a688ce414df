package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.TextAnalyzer;
import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {

    private static final TextAnalyzer ANALYZER = TextAnalyzer.russianEnglish();
    private static final Vocabulary VOCABULARY = Vocabulary.of(ANALYZER);

    private static String term(String word) {
        return ANALYZER.terms(word).get(0);
    }

    @Test
    void wordsForOneThingStandForEachOtherInBothLanguages() {
        assertThat(VOCABULARY.same(term("car"))).contains(term("automobile"), term("машина"));
        assertThat(VOCABULARY.same(term("машины"))).contains(term("car"));
    }

    @Test
    void aGeneralWordHasItsKindsAndAKindHasNotTheOthers() {
        assertThat(VOCABULARY.kinds(term("pets"))).contains(term("dog"), term("кошка"));
        assertThat(VOCABULARY.kinds(term("dog"))).isEmpty();
        assertThat(VOCABULARY.same(term("dog"))).doesNotContain(term("hamster"));
    }

    @Test
    void noWordStandsForItself() {
        for (String word : List.of("car", "pet", "family", "друг", "sport")) {
            assertThat(VOCABULARY.same(term(word))).as(word).isNotEmpty().doesNotContain(term(word));
        }
    }

    @Test
    void wordsOfWhichAnAnalyzerMakesSeveralTermsAreLeftOut() {
        var letters = new TextAnalyzer() {
            @Override
            public List<String> terms(String text) {
                return text.chars().mapToObj(c -> String.valueOf((char) c)).toList();
            }

            @Override
            public String fingerprint() {
                return "letters";
            }
        };

        assertThat(Vocabulary.of(letters).same("c")).isEmpty();
    }
}
