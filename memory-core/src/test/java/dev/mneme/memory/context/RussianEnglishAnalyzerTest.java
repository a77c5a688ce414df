package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RussianEnglishAnalyzerTest {

    private static final TextAnalyzer ANALYZER = TextAnalyzer.russianEnglish();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Payments                  | payment
                    running                   | run
                    connections, Connection   | connect connect
                    went goes going           | go go go
                    two children, one child   | two child child
                    люди, человека, Людей     | человек человек человек
                    пошёл шла дети ребёнку    | пойт идт ребенок ребенок
                    ошибка Ошибки ОШИБКОЙ     | ошибк ошибк ошибк
                    Оплата заказа упала       | оплат заказ упа
                    Ёлка елка                 | елк елк
                    Е\u0308лка                | елк
                    полёт                     | полет
                    payment упал twice        | payment упа twice
                    ERR_CONN_42               | err conn 42 err_conn_42
                    order-17                  | order 17 order-17
                    gpt-4.1                   | gpt 4 1 gpt-4.1
                    e-mail                    | e mail
                    end.Next                  | end next
                    snake_case                | snake case snake_case
                    a_b                       | b a_b
                    v2 4ever                  | v2 4ever
                    (order-17).               | order 17 order-17
                    __init__ trailing_ -dash- | init trail dash
                    a--b__c                   | b c
                    don't payment's           | payment
                    может and the платеж      | платеж
                    may mark                  | may mark
                    ﬁle １７                   | file 17
                    café cafe\u0301           | café café
                    ґанок                     | ґанок
                    你好                       | 你好
                    x@y.com                   | x y com
                    """)
    void aTextBecomesTheseTerms(String text, String terms) {
        assertThat(ANALYZER.terms(text)).containsExactly(terms.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"''", "' '", "'.,!?_-'", "😀🇷🇺", "the of and", "и не на ещё"})
    void aTextWithoutTellingWordsHasNoTerms(String text) {
        assertThat(ANALYZER.terms(text)).isEmpty();
    }

    @Test
    void wordsAreKeptAsOftenAsTheyOccurAndInTheirOrder() {
        assertThat(ANALYZER.terms("retry payment retry")).containsExactly("retri", "payment", "retri");
    }

    @Test
    void aVeryLongWordIsCutButNeverWithinACharacter() {
        assertThat(ANALYZER.terms("q".repeat(1_000))).containsExactly("q".repeat(128));
        assertThat(ANALYZER.terms("q".repeat(127) + "𐐨".repeat(9))).containsExactly("q".repeat(127));
        assertThat(ANALYZER.terms("q".repeat(126) + "𐐨".repeat(9))).containsExactly("q".repeat(126) + "𐐨");
        assertThat(ANALYZER.terms("1_" + "q".repeat(500)))
                .containsExactly("1", "q".repeat(128), "1_" + "q".repeat(126));
    }

    @Test
    void halfOfASurrogatePairIsNoWordAndNoTrouble() {
        assertThat(ANALYZER.terms("payment\uD83Dfailed")).containsExactly("payment", "fail");
        assertThat(ANALYZER.terms("\uDE00 payment \uD83D")).containsExactly("payment");
    }

    @Test
    void theFingerprintNamesTheAnalysisAndItsVersion() {
        assertThat(ANALYZER.fingerprint()).isEqualTo("russian-english-2");
    }

    @Test
    void manyThreadsGetTheSameTerms() throws Exception {
        String text = "Оплата заказа упала: connections failed with ERR_CONN_42, ошибки повторились ".repeat(50);
        List<String> expected = ANALYZER.terms(text);
        var threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<List<String>>> results = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                results.add(threads.submit(() -> ANALYZER.terms(text)));
            }
            for (Future<List<String>> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
