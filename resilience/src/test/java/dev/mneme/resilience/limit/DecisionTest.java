package dev.mneme.resilience.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DecisionTest {

    @Test
    void retryAfterIsRoundedUpForAHeader() {
        assertThat(Decision.refused(Duration.ofNanos(1)).retryAfterSeconds()).isEqualTo(1);
        assertThat(Decision.refused(Duration.ofSeconds(7)).retryAfterSeconds()).isEqualTo(7);
        assertThat(Decision.refused(Duration.ofMillis(7_001)).retryAfterSeconds())
                .isEqualTo(8);
        assertThat(Decision.allowed(3).retryAfterSeconds()).isZero();
    }

    @Test
    void anAllowedDecisionIsTheSameWhetherItIsSharedOrNot() {
        assertThat(Decision.allowed(255)).isEqualTo(new Decision(true, 255, Duration.ZERO, false));
        assertThat(Decision.allowed(256)).isEqualTo(new Decision(true, 256, Duration.ZERO, false));
    }

    @Test
    void beingDegradedChangesNothingElse() {
        Decision degraded = Decision.refused(Duration.ofSeconds(1)).asDegraded();

        assertThat(degraded).isEqualTo(new Decision(false, 0, Duration.ofSeconds(1), true));
        assertThat(degraded.asDegraded()).isEqualTo(degraded);
    }

    @Test
    void aDecisionThatContradictsItselfIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.allowed(-1))
                .withMessage("remaining must be at least 0, was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Decision(true, 1, Duration.ofSeconds(1), false))
                .withMessage("retryAfter of an allowed call must be zero, was PT1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.refused(Duration.ZERO))
                .withMessage("retryAfter of a refused call must be more than zero, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Decision.refused(Duration.ofSeconds(-1)))
                .withMessage("retryAfter of a refused call must be more than zero, was PT-1S");
    }
}
