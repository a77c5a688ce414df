package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.EvictionPolicy;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.PinnedLimitException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpkeepTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static Upkeep with(Limits limits) {
        return new Upkeep(limits, Duplicates.off(), null);
    }

    private static Held held(String id, int ageSeconds) {
        return Held.unused(Interaction.of(id, "").time(NOW.minusSeconds(ageSeconds)));
    }

    @ParameterizedTest
    @CsvSource({
        "10, 0.9, 10, 0",
        "10, 0.9, 11, 2",
        "10, 1, 11, 1",
        "100, 0.29, 101, 72",
        "1, 0.5, 2, 1",
        "3, 0.01, 1000, 999",
        "10000, 0.9, 10001, 1001"
    })
    void anEvictionGoesDownToTheLowWaterAndNoFurther(int max, double lowWater, long count, int surplus) {
        assertThat(with(Limits.perAgent(max).lowWater(lowWater)).surplus(count)).isEqualTo(surplus);
    }

    @Test
    void withoutALimitNothingIsSurplus() {
        assertThat(with(Limits.none()).surplus(Integer.MAX_VALUE)).isZero();
        assertThat(with(Limits.none()).notesUses()).isFalse();
    }

    @Test
    void onlyPoliciesThatNeedUsesHaveThemNoted() {
        assertThat(with(Limits.perAgent(1)).notesUses()).isFalse();
        assertThat(with(Limits.perAgent(1).evict(EvictionPolicy.LEAST_RECENTLY_USED))
                        .notesUses())
                .isTrue();
        assertThat(with(Limits.perAgent(1).evict(EvictionPolicy.LOWEST_VALUE)).notesUses())
                .isTrue();
        assertThat(with(Limits.none().evict(EvictionPolicy.LOWEST_VALUE)).notesUses())
                .isFalse();
    }

    @Test
    void theOldestOfAPartAreTheSameAsTheOldestOfAll() {
        Upkeep upkeep = with(Limits.perAgent(3).lowWater(0.4));
        List<Held> all = List.of(held("a", 1), held("b", 4), held("c", 2), held("d", 3), held("e", 4));

        assertThat(upkeep.victims(all, NOW)).containsExactly("b", "e", "d", "c");
        assertThat(upkeep.victims(List.of(all.get(4), all.get(1), all.get(3)), 2, NOW))
                .containsExactly("b", "e");
    }

    @Test
    void pinnedRecordsLetTheOthersGoFirstAndAreNeverAmongThem() {
        Upkeep upkeep = with(Limits.perAgent(2).lowWater(0.5));
        Held pinned =
                Held.unused(Interaction.of("p", "").time(NOW.minusSeconds(9)).pinned());

        assertThat(upkeep.victims(List.of(pinned, held("a", 1), held("b", 2)), NOW))
                .containsExactly("b", "a");
        assertThat(upkeep.victims(List.of(pinned, pinned, pinned), NOW)).isEmpty();
    }

    @Test
    void pinsAreRefusedOnlyWhereTheyBecomeTooMany() {
        Upkeep upkeep = with(Limits.perAgent(2));

        assertThatCode(() -> upkeep.checkPinned(1, 2)).doesNotThrowAnyException();
        assertThatThrownBy(() -> upkeep.checkPinned(2, 3)).isInstanceOf(PinnedLimitException.class);
        // a limit that was lowered later must not keep anybody from replacing a pinned record
        assertThatCode(() -> upkeep.checkPinned(5, 5)).doesNotThrowAnyException();
        assertThatCode(() -> with(Limits.none()).checkPinned(5, 1_000_000)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        // importance, outcome, idle days of a half-life of 10, value
        "1, true, 0, 0.66666667",
        "1, , 0, 0.5",
        "1, false, 0, 0.33333333",
        "0.5, , 10, 0.125",
        "0.8, true, 20, 0.13333333",
        "0, true, 0, 0",
        "1, true, -5, 0.66666667",
        "1, , 5, 0.35355339"
    })
    void theValueIsImportanceTimesRecencyTimesOutcome(double importance, Boolean outcome, int days, double value) {
        Interaction record =
                Interaction.of("a", "").time(NOW.minus(Duration.ofDays(days))).importance(importance);
        record = outcome == null ? record : record.success(outcome);

        assertThat(RecordValue.of(Held.unused(record), NOW, Duration.ofDays(10)))
                .isCloseTo(value, within(1e-8));
    }

    @Test
    void aUseBeforeTheRecordsOwnTimeDoesNotAgeIt() {
        Interaction record = Interaction.of("a", "").time(NOW);

        assertThat(RecordValue.of(new Held(record, NOW.minusSeconds(1_000_000)), NOW, Duration.ofSeconds(1)))
                .isEqualTo(0.25);
    }
}
