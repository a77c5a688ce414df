package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.HealthCheck;
import dev.mneme.HealthCheck.Result;
import dev.mneme.HealthCheck.Status;
import dev.mneme.resilience.limit.ManualTicker;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HealthMetricsTest {

    @Test
    void theHostsStatusIsANumberAndServicesAreCountedByStatus() {
        var registry = new SimpleMeterRegistry();
        var ticker = new ManualTicker(0);
        var redis = new AtomicReference<>(Status.HEALTHY);
        try (Health health = Health.builder(
                        HealthCheck.of("redis", () -> new Result(redis.get(), "", Map.of()))
                                .required(),
                        HealthCheck.reaching("sql", () -> {}).required())
                .timeout(Duration.ofSeconds(60))
                .ticker(ticker)
                .build()) {
            new HealthMetrics(health).bindTo(registry);
            int level = 0;
            for (Status status : Status.values()) {
                redis.set(status);
                ticker.advance(Duration.ofSeconds(2));

                assertThat(registry.get("mneme.health.status").gauge().value()).isEqualTo(level++);
            }
            assertThat(services(registry, "healthy")).isEqualTo(1);
            assertThat(services(registry, "degraded")).isZero();
            assertThat(services(registry, "unhealthy")).isEqualTo(1);
        }
        assertThat(registry.getMeters())
                .flatExtracting(meter -> meter.getId().getTags())
                .extracting(Tag::getValue)
                .containsExactlyInAnyOrder("healthy", "degraded", "unhealthy");
    }

    private static double services(SimpleMeterRegistry registry, String status) {
        return registry.get("mneme.health.services")
                .tag("status", status)
                .gauge()
                .value();
    }
}
