package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.context.spi.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashingEmbedderTest {

    private static final HashingEmbedder EMBEDDER = HashingEmbedder.ofDimensions(384);

    private static double cosine(String one, String other) {
        return Vectors.dot(EMBEDDER.embed(one), EMBEDDER.embed(other), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a1", "payment", "Оплата заказа 17 упала: ERR_CONN_42", "你好"})
    void aTextWithWordsHasAVectorOfLengthOne(String text) {
        float[] vector = EMBEDDER.embed(text);

        assertThat(vector).hasSize(384);
        assertThat((double) Vectors.dot(vector, vector, 0)).isCloseTo(1, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "!?", "😀", "the of", "и не"})
    void aTextWithoutTellingWordsIsAllZero(String text) {
        assertThat(Vectors.isZero(EMBEDDER.embed(text))).isTrue();
    }

    @Test
    void vectorsAreTheSameOnEveryMachine() {
        // worked out apart from this code: FNV-1a and MurmurHash3's finalizer, by their published definitions
        float[] golden = {
            0f,
            0f,
            0f,
            0f,
            -0.2415178f,
            -0.2415178f,
            -0.3062322f,
            -0.4183210f,
            0f,
            0.4183210f,
            -0.2415178f,
            0.2415178f,
            0f,
            0.4830355f,
            -0.2415178f,
            0.1768033f
        };

        assertThat(HashingEmbedder.ofDimensions(16).embed("Оплата: ERR_42")).containsExactly(golden, within(1e-6f));
    }

    @ParameterizedTest
    @CsvSource({
        "payment failed, paymint failed, invoice sent",
        "connection, conection, dashboard",
        "оплата заказа, аплата заказа, склад открыт",
        "соединение, соеденение, расписание",
        "ошибка оплаты, ошибки при оплате, погода завтра",
    })
    void aTypoOrAnotherFormIsNearerThanAStranger(String text, String near, String stranger) {
        assertThat(cosine(text, near)).isGreaterThan(0.3).isGreaterThan(cosine(text, stranger) + 0.2);
    }

    @Test
    void caseAndYoMakeNoDifference() {
        assertThat(EMBEDDER.embed("ЁЛКА Payment")).isEqualTo(EMBEDDER.embed("елка payment"));
    }

    @Test
    void manyTextsAtOnceGiveWhatOneByOneGives() {
        List<String> texts = List.of("payment", "оплата", "!");
        List<float[]> vectors = EMBEDDER.embedAll(texts);

        assertThat(vectors).hasSize(3);
        for (int i = 0; i < texts.size(); i++) {
            assertThat(vectors.get(i)).isEqualTo(EMBEDDER.embed(texts.get(i)));
        }
    }

    @Test
    void theFingerprintNamesTheModelItsDimensionsAndTheNormalisation() {
        assertThat(EMBEDDER.fingerprint()).isEqualTo("mneme-hashing-2/384/l2");
        assertThat(HashingEmbedder.ofDimensions(16).fingerprint()).isEqualTo("mneme-hashing-2/16/l2");
    }

    @Test
    void itCountsATenthOfTheWordsBecauseItKnowsNoMeaning() {
        assertThat(EMBEDDER.weight()).isEqualTo(0.1);
    }

    @Test
    void dimensionsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashingEmbedder.ofDimensions(15))
                .withMessage("dimensions must be from 16 to 4096, was 15");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashingEmbedder.ofDimensions(4_097))
                .withMessage("dimensions must be from 16 to 4096, was 4097");
        assertThat(HashingEmbedder.ofDimensions(16).dimensions()).isEqualTo(16);
        assertThat(HashingEmbedder.ofDimensions(4_096).embed("x1")).hasSize(4_096);
    }

    @Test
    void manyThreadsGetTheSameVectors() throws Exception {
        String text = "Оплата заказа упала: connections failed with ERR_CONN_42 ".repeat(20);
        float[] expected = EMBEDDER.embed(text);
        var threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<float[]>> results = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                results.add(threads.submit(() -> EMBEDDER.embed(text)));
            }
            for (Future<float[]> result : results) {
                assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
