package dev.mneme.resilience.health;

import static java.util.Objects.requireNonNull;

import dev.mneme.HealthCheck.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;

/**
 * The meters of a host's readiness:
 *
 * <ul>
 *   <li>{@code mneme.health.status}, a gauge: 0 healthy, 1 degraded, 2 unhealthy;
 *   <li>{@code mneme.health.services}, a gauge: how many services have the {@code status} {@code healthy},
 *       {@code degraded} or {@code unhealthy}.
 * </ul>
 *
 * <p>Reading a gauge takes a report, so it may run the checks and take as long as their timeout. The registry holds the
 * readiness weakly.
 */
public final class HealthMetrics implements MeterBinder {

    private final Health health;

    public HealthMetrics(Health health) {
        this.health = requireNonNull(health, "health");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("mneme.health.status", health, it -> level(it.report().status()))
                .register(registry);
        for (Status status : Status.values()) {
            Gauge.builder("mneme.health.services", health, it -> count(it.report(), status))
                    .tag("status", status.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private static int level(Status status) {
        return switch (status) {
            case HEALTHY -> 0;
            case DEGRADED -> 1;
            case UNHEALTHY -> 2;
        };
    }

    private static long count(HealthReport report, Status status) {
        return report.services().stream()
                .filter(service -> service.status() == status)
                .count();
    }
}
