package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {

    @Test
    void theDefaultsAreThoseThatAreTold() {
        Limits limits = Limits.perAgent(10_000);

        assertThat(limits.maxRecords()).hasValue(10_000);
        assertThat(limits.lowWater()).isEqualTo(0.9);
        assertThat(limits.policy()).isEqualTo(EvictionPolicy.OLDEST);
        assertThat(limits.halfLife()).isEqualTo(Duration.ofDays(30));
        assertThat(limits.alertLevels()).containsExactly(0.8, 0.95);
        assertThat(Limits.none().maxRecords()).isEmpty();
    }

    @Test
    void eachMethodChangesItsOwnPartOnly() {
        Limits limits = Limits.perAgent(5)
                .alertAt(0.9, 0.5, 0.9)
                .halfLife(Duration.ofHours(1))
                .evict(EvictionPolicy.LOWEST_VALUE)
                .lowWater(0.25);

        assertThat(limits.maxRecords()).hasValue(5);
        assertThat(limits.lowWater()).isEqualTo(0.25);
        assertThat(limits.policy()).isEqualTo(EvictionPolicy.LOWEST_VALUE);
        assertThat(limits.halfLife()).isEqualTo(Duration.ofHours(1));
        assertThat(limits.alertLevels()).isEqualTo(List.of(0.5, 0.9));
        assertThat(limits.alertAt().alertLevels()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aLimitBelowOneIsRefused(int maxRecords) {
        assertThatThrownBy(() -> Limits.perAgent(maxRecords))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was " + maxRecords);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.001, Double.NaN})
    void sharesOutOfRangeAreRefused(double share) {
        Limits limits = Limits.perAgent(5);

        assertThatThrownBy(() -> limits.lowWater(share)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limits.alertAt(0.5, share)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Duplicates.skip().similarity(share)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Prune.valuedBelow(share)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void otherNonsenseIsRefused() {
        Limits limits = Limits.perAgent(5);

        assertThatThrownBy(() -> limits.halfLife(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limits.alertAt(new double[17])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Duplicates.off().similarity(0.9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Prune.olderThan(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PruneReport(false, 1, 0, 0, List.of("a")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ofTwoConditionsOfAKindTheStricterHolds() {
        Prune both = Prune.olderThan(Duration.ofDays(1))
                .and(Prune.olderThan(Duration.ofDays(9)))
                .and(Prune.valuedBelow(0.5))
                .and(Prune.valuedBelow(0.1).dryRun())
                .unlessPinned();

        assertThat(both.minAge()).hasValue(Duration.ofDays(9));
        assertThat(both.valueBound()).hasValue(0.1);
        assertThat(both.isDryRun()).isTrue();
        assertThat(both.filter()).isEmpty();
    }
}
