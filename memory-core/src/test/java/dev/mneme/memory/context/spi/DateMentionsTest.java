package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DateMentionsTest {

    /** A Wednesday. */
    private static final Instant NOW = Instant.parse("2026-05-20T15:00:00Z");

    private static DateMentions in(String question) {
        return DateMentions.in(question, NOW, ZoneOffset.UTC);
    }

    private static double fit(String question, String day) {
        return in(question).fit(Instant.parse(day + "T12:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "What happened in March?                 | 2024-03-31 | 2024-04-01",
                "what did she do in may                  | 2023-05-30 | 2023-06-12",
                "Where was May?                          | 2023-05-30 | 2023-06-12",
                "Что было в марте?                       | 2025-03-01 | 2025-02-01",
                "Какой отчёт сдали к концу декабря       | 2025-12-11 | 2025-01-11",
                "Was it last winter?                     | 2025-01-11 | 2025-03-11",
                "Куда ездили летом                       | 2025-08-11 | 2025-09-30",
                "during the spring of 2024               | 2025-04-01 | 2025-06-10",
                "last week                               | 2026-05-11 | 2026-05-28",
                "на прошлой неделе                       | 2026-05-17 | 2026-05-26",
                "on this week                            | 2026-05-18 | 2026-05-10",
                "last month                              | 2026-04-30 | 2026-05-20",
                "в прошлом месяце                        | 2026-04-01 | 2026-05-20",
                "в этом году                             | 2026-01-01 | 2025-12-20",
                "last year                               | 2025-06-01 | 2026-05-20",
                "2 weeks ago                             | 2026-05-06 | 2026-05-19",
                "a month ago                             | 2026-04-20 | 2026-05-18",
                "три месяца назад                        | 2026-02-20 | 2026-05-18",
                "месяц назад                             | 2026-04-20 | 2026-05-18",
                "5 лет назад                             | 2021-05-20 | 2026-05-18",
            })
    void whatIsWithinFitsAndWhatIsFarDoesNot(String question, String within, String far) {
        assertThat(fit(question, within)).as("within").isBetween(1.0, 1.3);
        assertThat(fit(question, far)).as("far").isBetween(0.0, 0.3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "on 8 May                 | 2023-05-08",
                "on May 8th, what         | 2024-05-08",
                "the 8th of May           | 2024-05-08",
                "8 мая                    | 2025-05-08",
                "yesterday                | 2026-05-19",
                "What did I say today     | 2026-05-20",
                "позавчера                | 2026-05-18",
                "the day before yesterday | 2026-05-18",
                "3 days ago               | 2026-05-17",
                "три дня назад            | 2026-05-17",
                "on Monday                | 2026-05-18",
                "last Wednesday           | 2026-05-13",
                "в среду                  | 2026-05-13",
                "в прошлую пятницу        | 2026-05-15",
            })
    void aDayFitsBestItselfAndLessTheFurtherAway(String question, String day) {
        Instant noon = Instant.parse(day + "T12:00:00Z");
        double best = in(question).fit(noon);

        assertThat(best).isEqualTo(2);
        assertThat(in(question).fit(noon.plusSeconds(86_400))).isLessThan(best);
        assertThat(in(question).fit(noon.plusSeconds(3 * 86_400)))
                .isLessThan(in(question).fit(noon.plusSeconds(86_400)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"on 2023-05-08", "08.05.2023", "8.5.2023", "May 8, 2023", "8 May, 2023", "8 мая 2023 года"})
    void aWholeDateFitsItsYearBest(String question) {
        assertThat(fit(question, "2023-05-08")).isCloseTo(2.3, within(1e-12));
        assertThat(fit(question, "2024-05-08")).isEqualTo(2);
        assertThat(fit(question, "2023-11-08")).isCloseTo(0.3, within(1e-12));
        assertThat(in(question).most()).isCloseTo(2.3, within(1e-12));
    }

    @Test
    void theEndsOfAYearAreNearEachOther() {
        assertThat(fit("on 1 January", "2024-12-31")).isCloseTo(6 / 7.0, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "who may come?",
                "the march of progress",
                "a spring in the sofa",
                "Что купила Марта?",
                "нет",
                "at 12:30 for 2500 euros",
                "лет семь",
                "May I ask?",
                "order-2026x",
                "99999999999 days ago",
                "on 45.13.",
            })
    void whatNamesNoTimeFitsNothing(String question) {
        assertThat(in(question).isEmpty()).isTrue();
        assertThat(in(question).most()).isZero();
        assertThat(fit(question, "2026-05-20")).isZero();
    }

    @Test
    void aDayThatNoMonthHasIsTheMonth() {
        assertThat(fit("on 31 February", "2026-02-10")).isEqualTo(1);
        assertThat(fit("on 29 February", "2025-02-28")).isGreaterThan(1.8);
    }

    @Test
    void aDayIsThatOfTheZone() {
        var there = DateMentions.in("yesterday", Instant.parse("2026-05-20T22:00:00Z"), ZoneId.of("Asia/Tokyo"));

        assertThat(there.fit(Instant.parse("2026-05-20T01:00:00Z"))).isEqualTo(2);
        assertThat(there.fit(Instant.parse("2026-05-20T22:00:00Z"))).isLessThan(2);
    }

    @Test
    void timesBeyondTheCalendarFitNothing() {
        assertThat(in("in March").fit(Instant.MAX)).isBetween(0.0, 1.0);
        assertThat(in("in March").fit(Instant.ofEpochMilli(Long.MIN_VALUE))).isBetween(0.0, 1.0);
        assertThat(DateMentions.in("yesterday", Instant.MAX, ZoneId.of("Asia/Tokyo"))
                        .fit(NOW))
                .isZero();
    }
}
