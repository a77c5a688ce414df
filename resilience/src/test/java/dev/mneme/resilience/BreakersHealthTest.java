package dev.mneme.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.HealthCheck;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BreakersHealthTest {

    private final ManualTicker ticker = new ManualTicker();
    private final Resilience resilience = Resilience.builder().ticker(ticker).build();

    @Test
    void anOpenBreakerDegradesAndSaysWhenItWillTryAgain() throws Exception {
        CircuitBreaker breaker = resilience.breaker("gemini");
        breaker.tryAdmit().succeeded();
        assertThat(only().check().check().status()).isEqualTo(HealthCheck.Status.HEALTHY);

        for (int i = 0; i < 5; i++) {
            breaker.tryAdmit().failed();
        }
        breaker.tryAdmit();
        ticker.advance(Duration.ofMillis(17_500));

        HealthCheck.Result open = only().check().check();
        assertThat(only().name()).isEqualTo("breaker gemini");
        assertThat(only().criticality()).isEqualTo(HealthCheck.Criticality.REQUIRED);
        assertThat(open.status()).isEqualTo(HealthCheck.Status.DEGRADED);
        assertThat(open.detail()).isEqualTo("open");
        assertThat(open.facts())
                .isEqualTo(Map.of(
                        "state", "OPEN",
                        "failures", 5L,
                        "total_calls", 6L,
                        "blocked_calls", 1L,
                        "success_rate", 1 / 6.0,
                        "seconds_until_retry", 43L));

        ticker.advance(Duration.ofMinutes(1));
        breaker.tryAdmit();
        assertThat(only().check().check().detail()).isEqualTo("half-open");
    }

    private HealthCheck.Rated only() {
        return resilience.breakers().checks().get(0);
    }
}
