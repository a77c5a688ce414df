package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class Bm25Test {

    @Test
    void theRarerATermTheMoreItTells() {
        // ln(1 + 1.5/2.5), ln(1 + 0.5/1.5), ln(1 + 999.5/1.5)
        assertThat(Bm25.idf(3, 2)).isCloseTo(0.4700036292457356, within(1e-15));
        assertThat(Bm25.idf(1, 1)).isCloseTo(0.2876820724517809, within(1e-15));
        assertThat(Bm25.idf(1_000, 1)).isCloseTo(6.503289671207057, within(1e-12));
    }

    @Test
    void aTermInEveryRecordStillTellsALittle() {
        assertThat(Bm25.idf(1_000_000, 1_000_000)).isPositive();
    }

    @Test
    void inARecordOfAverageLengthOneOccurrenceGivesOneOfTwoPointTwo() {
        assertThat(new Bm25(10).score(1, 1, 10)).isCloseTo(1 / 2.2, within(1e-15));
        assertThat(new Bm25(10).score(3.3, 1, 10)).isCloseTo(1.5, within(1e-15));
    }

    @Test
    void aLongRecordScoresLessAndAShortOneMore() {
        // 3 / (3 + 1.2 * (0.25 + 0.75 * 2)) and 3 / (3 + 1.2 * (0.25 + 0.75 * 0.5))
        assertThat(new Bm25(10).score(1, 3, 20)).isCloseTo(3 / 5.1, within(1e-15));
        assertThat(new Bm25(10).score(1, 3, 5)).isCloseTo(0.8, within(1e-15));
    }

    @Test
    void repeatingATermAddsLessEachTimeAndNeverReachesItsIdf() {
        var bm25 = new Bm25(10);
        double before = 0;
        double step = Double.MAX_VALUE;
        for (int occurrences = 1; occurrences <= 50; occurrences++) {
            double score = bm25.score(2, occurrences, 10);
            assertThat(score).isGreaterThan(before).isLessThan(2);
            assertThat(score - before).isLessThan(step);
            step = score - before;
            before = score;
        }
    }
}
