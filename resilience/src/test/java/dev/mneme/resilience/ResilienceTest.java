package dev.mneme.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ResilienceTest {

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicReference<Instant> wall = new AtomicReference<>(Instant.parse("2026-11-21T07:00:00Z"));
    private final Resilience resilience = Resilience.builder()
            .ticker(ticker)
            .classifier(Classifier.standard(wall::get))
            .build();

    @Test
    void whatIsNamedAlikeIsTheSame() {
        assertThat(resilience.policy("gemini", Target.MODEL)).isSameAs(resilience.policy("gemini", Target.MODEL));
        assertThat(resilience.breaker("gemini"))
                .isSameAs(resilience.policy("gemini", Target.MODEL).breaker());
        assertThat(resilience.breaker("other")).isNotSameAs(resilience.breaker("gemini"));
        assertThat(resilience.breakers().all()).extracting(CircuitBreaker::name).containsExactly("gemini", "other");
        assertThat(resilience.breakers().find("gemini")).containsSame(resilience.breaker("gemini"));
        assertThat(resilience.breakers().find("nobody")).isEmpty();
        assertThat(resilience.breakers().numbers())
                .extracting(BreakerNumbers::state)
                .containsOnly(CircuitBreaker.State.CLOSED);
        assertThat(resilience.policies()).extracting(Policy::name).containsExactly("gemini");
        assertThat(resilience.retry("gemini", RetrySettings.none()).name()).isEqualTo("gemini");
        assertThat(resilience.bulkhead("gemini", BulkheadSettings.of(1)).name()).isEqualTo("gemini");
    }

    @Test
    void aListenerHearsOfEveryBreakerAlsoOfThoseMadeLater() {
        List<String> heard = new ArrayList<>();
        resilience.breaker("early");
        resilience.onTransition(t -> {
            throw new IllegalStateException("a bad listener");
        });
        resilience.onTransition(t -> heard.add(t.name() + " " + t.to()));
        open("early");
        open("late");
        assertThat(heard).containsExactly("early OPEN", "late OPEN");
    }

    @Test
    void aWallClockMovedByADayChangesNothing() {
        open("gemini");
        wall.updateAndGet(now -> now.plus(Duration.ofDays(1)));
        assertThat(resilience.breaker("gemini").tryAdmit()).isNull();
        assertThat(resilience.breaker("gemini").numbers().untilRetry()).isEqualTo(Duration.ofSeconds(60));

        wall.updateAndGet(now -> now.minus(Duration.ofDays(2)));
        ticker.advance(Duration.ofSeconds(60));
        assertThat(resilience.breaker("gemini").tryAdmit()).isNotNull();
    }

    @Test
    void theNumberOfNamesIsBounded() {
        for (int i = 0; i < Resilience.MAX_NAMES; i++) {
            resilience.breaker("target-" + i);
        }
        assertThat(resilience.breaker("target-7")).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resilience.breaker("one more"))
                .withMessage("there must be at most 1000 breakers, had 1000; are names made from user data?");
    }

    @Test
    void nonsenseIsRefused() {
        for (String name : List.of("", " ", "a ", "a\nb", "имя", "x".repeat(81))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> resilience.policy(name, Target.MODEL))
                    .withMessage("a name must have 1 to 80 printable ASCII characters with no blank at its ends, had "
                            + name.length());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        BreakerSettings.defaults().withOpenTimes(Duration.ofSeconds(50), 2, Duration.ofSeconds(10)))
                .withMessage("maxOpen (PT10S) must be at least openFor (PT50S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerSettings.defaults().withFailuresInARow(0))
                .withMessage("failuresInARow must be 1 to 1000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        BreakerSettings.defaults().withOpenTimes(Duration.ofSeconds(50), 0.5, Duration.ofSeconds(60)))
                .withMessage("growth must be 1.0 to 100.0, was 0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerSettings.defaults().withSuccessesToClose(0))
                .withMessage("successesToClose must be 1 to 1000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BreakerSettings.defaults().withProbeLease(Duration.ZERO))
                .withMessage("probeLease must be more than zero, was PT0S");
    }

    private void open(String name) {
        for (int i = 0; i < 5; i++) {
            resilience.breaker(name).tryAdmit().failed();
        }
    }
}
