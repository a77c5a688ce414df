package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameSpellingsTest {

    @ParameterizedTest
    @CsvSource({
        "Марта, marta",
        "Щукин, shchukin",
        "Хлоя, khloya",
        "Ольга, olga",
        "Тимофей, timofey",
        "Алёна, alena",
        "Duarte, дуарте",
        "Inês, инес",
        "Masha, маша",
        "Shchukin, щукин",
        "Philip, филип",
        "Yulia, юлия",
    })
    void aNameIsWrittenInTheOtherAlphabet(String name, String other) {
        assertThat(NameSpellings.other(name)).isEqualTo(other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Маrta", "R2", "李", "Łódź"})
    void whatIsNotOfOneAlphabetHasNoOtherSpelling(String name) {
        assertThat(NameSpellings.other(name)).isEmpty();
    }

    @Test
    void theWordsOfATextAreItsRunsOfLetters() {
        assertThat(NameSpellings.words("Anna-Maria O'Neill, Боб 2"))
                .containsExactly("Anna", "Maria", "O", "Neill", "Боб");
    }
}
