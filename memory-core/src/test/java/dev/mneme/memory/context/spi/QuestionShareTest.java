package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionShareTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "I sold my violin.                             | 0",
                "Did you sell it?                              | 1",
                "I sold my violin. Did you know that?          | 0.5",
                "Really? I sold my violin last week!           | 0",
                "Did you sell your violin?! I did not know.    | 0.5",
                "Really?                                       | 1",
                "Что ты купила? А мы продали скрипку...        | 0.5",
                "no stop at all                                | 0",
                "it costs 3.50 or not?                         | 1",
            })
    void theShareIsThatOfSentencesThatAsk(String text, float share) {
        assertThat(QuestionShare.of(text)).isEqualTo(share);
    }
}
