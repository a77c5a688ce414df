package dev.mneme.resilience.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimiterMetricsTest {

    private final SlidingWindowLimiter limiter = SlidingWindowLimiter.builder(
                    LimitRule.of("user", 2, Duration.ofMinutes(1)))
            .maxKeys(1)
            .ticker(new ManualTicker(0))
            .build();

    @Test
    void decisionsAreCountedByOutcomeAndNoTagKnowsAKey() {
        var registry = new SimpleMeterRegistry();
        new RateLimiterMetrics("chat", limiter).bindTo(registry);
        for (int i = 0; i < 5; i++) {
            limiter.tryAcquire("secret-user");
        }
        limiter.tryAcquire("another-user");

        assertThat(registry.get("mneme.limiter.decisions")
                        .tags("limiter", "chat", "outcome", "allowed")
                        .functionCounter()
                        .count())
                .isEqualTo(3);
        assertThat(registry.get("mneme.limiter.decisions")
                        .tags("limiter", "chat", "outcome", "refused")
                        .functionCounter()
                        .count())
                .isEqualTo(3);
        assertThat(registry.get("mneme.limiter.degraded").functionCounter().count())
                .isEqualTo(1);
        assertThat(registry.get("mneme.limiter.keys").gauge().value()).isEqualTo(1);
        assertThat(registry.getMeters())
                .flatExtracting(meter -> meter.getId().getTags())
                .extracting(Tag::getValue)
                .containsOnly("chat", "allowed", "refused");
    }

    @Test
    void aBlankNameIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateLimiterMetrics(" ", limiter))
                .withMessage("a limiter's name must not be blank, was ' '");
    }
}
