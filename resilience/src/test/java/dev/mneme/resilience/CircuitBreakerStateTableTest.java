package dev.mneme.resilience;

import static dev.mneme.resilience.CircuitBreaker.State.CLOSED;
import static dev.mneme.resilience.CircuitBreaker.State.HALF_OPEN;
import static dev.mneme.resilience.CircuitBreaker.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CircuitBreakerStateTableTest {

    private static final Duration OPEN_FOR = Duration.ofSeconds(60);

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker =
            new CircuitBreaker("model", BreakerSettings.defaults(), Classifier.standard(), ticker);

    @Test
    void fiveFailuresInARowOpenIt() {
        fail(4);
        assertThat(breaker.state()).isEqualTo(CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(OPEN);
        assertThat(breaker.tryAdmit()).isNull();
    }

    @Test
    void aSuccessBetweenFailuresStartsTheRowAnew() {
        fail(4);
        succeed(1);
        fail(4);
        assertThat(breaker.state()).isEqualTo(CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void anIgnoredResultNeitherBreaksTheRowNorLengthensIt() {
        fail(4);
        for (int i = 0; i < 10; i++) {
            admit().ignored();
        }
        assertThat(breaker.state()).isEqualTo(CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void itAdmitsNobodyUntilTheOpenTimeIsOverAndThenExactlyOneAtATime() {
        fail(5);
        ticker.advance(OPEN_FOR.minusNanos(1));
        assertThat(breaker.tryAdmit()).isNull();

        ticker.advance(Duration.ofNanos(1));
        Permit probe = admit();
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
        assertThat(breaker.tryAdmit()).isNull();

        probe.succeeded();
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
        Permit second = admit();
        assertThat(breaker.tryAdmit()).isNull();

        second.succeeded();
        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void oneFailureInHalfOpenReopensAlsoAfterASuccess(int successesBefore) {
        fail(5);
        ticker.advance(OPEN_FOR);
        succeed(successesBefore);
        fail(1);
        assertThat(breaker.state()).isEqualTo(OPEN);
        assertThat(breaker.numbers().untilRetry()).isEqualTo(Duration.ofSeconds(120));
    }

    @Test
    void theOpenTimeDoublesUpToTheCapAndBeginsAnewAfterClosing() {
        fail(5);
        List<Long> seconds = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            seconds.add(breaker.numbers().untilRetry().toSeconds());
            ticker.advance(breaker.numbers().untilRetry());
            fail(1);
        }
        assertThat(seconds).containsExactly(60L, 120L, 240L, 480L, 600L, 600L);

        ticker.advance(Duration.ofSeconds(600));
        succeed(2);
        assertThat(breaker.state()).isEqualTo(CLOSED);
        fail(5);
        assertThat(breaker.numbers().untilRetry()).isEqualTo(OPEN_FOR);
    }

    @Test
    void aResultFromAnEarlierStateChangesNothing() {
        List<Permit> old = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            old.add(admit());
        }
        fail(5);
        old.get(0).succeeded();
        old.get(1).failed();
        assertThat(breaker.state()).isEqualTo(OPEN);
        assertThat(breaker.numbers().untilRetry()).isEqualTo(OPEN_FOR);

        ticker.advance(OPEN_FOR);
        Permit probe = admit();
        old.get(2).succeeded();
        old.get(3).succeeded();
        old.get(4).failed();
        old.get(5).ignored();
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
        assertThat(breaker.tryAdmit()).isNull();

        probe.succeeded();
        succeed(1);
        for (Permit permit : old.subList(6, 12)) {
            permit.failed();
        }
        assertThat(breaker.state()).isEqualTo(CLOSED);
        assertThat(breaker.numbers().staleResults()).isEqualTo(12);
    }

    @Test
    void aSecondResultOfTheSameCallIsNotCounted() {
        Permit permit = admit();
        for (int i = 0; i < 10; i++) {
            permit.failed();
        }
        assertThat(breaker.state()).isEqualTo(CLOSED);
        assertThat(breaker.numbers().failures()).isEqualTo(1);
    }

    @Test
    void aProbeThatNeverReturnsCountsAsAFailureWhenItsLeaseEnds() {
        Duration lease = BreakerSettings.defaults().probeLease();
        fail(5);
        ticker.advance(OPEN_FOR);
        Permit lost = admit();

        ticker.advance(lease.minusNanos(1));
        assertThat(breaker.tryAdmit()).isNull();
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
        ticker.advance(Duration.ofNanos(1));
        assertThat(breaker.tryAdmit()).isNull();
        assertThat(breaker.state()).isEqualTo(OPEN);
        assertThat(breaker.numbers().untilRetry()).isEqualTo(Duration.ofSeconds(120));

        ticker.advance(Duration.ofSeconds(120));
        Permit next = admit();
        lost.succeeded();
        assertThat(breaker.tryAdmit()).isNull();
        next.succeeded();
        succeed(1);
        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    @Test
    void aProbeLostLongAgoDelaysTheNextOneNoLongerThanLeasePlusOpenTime() {
        fail(5);
        ticker.advance(OPEN_FOR);
        admit();
        ticker.advance(BreakerSettings.defaults().probeLease().plusSeconds(120));
        assertThat(breaker.tryAdmit()).isNotNull();
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
    }

    @Test
    void anErrorIsAFailureAndLeavesNoProbeBehind() {
        fail(5);
        ticker.advance(OPEN_FOR);
        assertThatThrownBy(() -> breaker.call(() -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(breaker.state()).isEqualTo(OPEN);
        ticker.advance(Duration.ofSeconds(120));
        assertThat(breaker.call(() -> "up")).isEqualTo("up");
    }

    @Test
    void aThrowingRuleOfTheHostIsAFailureAndTheCallersErrorSurvives() {
        var rules = Classifier.standard().with(IOException.class, e -> {
            throw new IllegalStateException("the rule is broken");
        });
        var guarded = new CircuitBreaker("model", BreakerSettings.defaults(), rules, ticker);
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> guarded.call(() -> {
                        throw new IOException("reset");
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessage("reset");
        }
        assertThat(guarded.state()).isEqualTo(OPEN);
    }

    @Test
    void aCancelledProbeMakesRoomForTheNextAndDecidesNothing() {
        fail(5);
        ticker.advance(OPEN_FOR);
        assertThatThrownBy(() -> breaker.call(() -> {
                    throw new CancellationException();
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
        succeed(2);
        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    @Test
    void fiveSuccessfulCallsOf61SecondsLeaveItClosed() {
        for (int i = 0; i < 5; i++) {
            breaker.call(() -> {
                ticker.advance(Duration.ofSeconds(61));
                return "slow, but an answer";
            });
        }
        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    @Test
    void aRefusedCallSaysWhenToComeBackAndCarriesNoStackTrace() {
        fail(5);
        ticker.advance(Duration.ofSeconds(18));
        assertThatThrownBy(() -> breaker.call(() -> "never"))
                .isInstanceOfSatisfying(CallRefusedException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(CallRefusedException.Reason.BREAKER_OPEN);
                    assertThat(refused.target()).isEqualTo("model");
                    assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(42));
                    assertThat(refused.getStackTrace()).isEmpty();
                })
                .hasMessage("call to 'model' was not made: its breaker is open; try again in PT42S");
    }

    @Test
    void theNumbersOfAReadinessPageAreCounted() {
        succeed(6);
        fail(5);
        breaker.tryAdmit();
        breaker.tryAdmit();
        ticker.advance(Duration.ofSeconds(20));

        assertThat(breaker.numbers())
                .isEqualTo(new BreakerNumbers("model", OPEN, 11, 6, 5, 5, 2, 0, Duration.ofSeconds(40)));
        assertThat(breaker.numbers().successRate()).isEqualTo(6 / 11.0);
    }

    @Test
    void transitionsAreToldInOrderAndABadListenerHarmsNobody() {
        List<String> seen = new ArrayList<>();
        breaker.onTransition(t -> {
            throw new IllegalStateException("listener");
        });
        breaker.onTransition(
                t -> seen.add(t.from() + ">" + t.to() + " " + t.openFor().toSeconds()));
        fail(5);
        ticker.advance(OPEN_FOR);
        fail(1);
        ticker.advance(Duration.ofSeconds(120));
        succeed(2);
        assertThat(seen)
                .containsExactly(
                        "CLOSED>OPEN 60",
                        "OPEN>HALF_OPEN 0",
                        "HALF_OPEN>OPEN 120",
                        "OPEN>HALF_OPEN 0",
                        "HALF_OPEN>CLOSED 0");
    }

    private Permit admit() {
        return Objects.requireNonNull(breaker.tryAdmit(), "refused");
    }

    private void succeed(int times) {
        for (int i = 0; i < times; i++) {
            admit().succeeded();
        }
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            admit().failed();
        }
    }
}
