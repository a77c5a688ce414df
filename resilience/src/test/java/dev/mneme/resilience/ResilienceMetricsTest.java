package dev.mneme.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ResilienceMetricsTest {

    private final VirtualTime time = new VirtualTime();
    private final Resilience resilience = Resilience.builder()
            .ticker(time)
            .waits(time)
            .classifier(Outage.classifier())
            .build();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void everyNumberIsAMeterForWhatIsThereAndForWhatComesLater() {
        Policy early = resilience.policy("early", Target.MODEL);
        new ResilienceMetrics(resilience).bindTo(registry);
        Policy late = resilience.policy("late", Target.STORE.settings().withBulkhead(BulkheadSettings.of(2)));
        for (Policy policy : new Policy[] {early, late}) {
            for (int i = 0; i < 3; i++) {
                policy.callOr("trouble", () -> {
                    throw new Outage(ErrorClass.OVERLOADED);
                });
            }
        }
        time.advance(Duration.ofSeconds(1));

        assertThat(count("mneme.breaker.calls", "late", "outcome", "failure")).isEqualTo(5);
        assertThat(count("mneme.breaker.calls", "late", "outcome", "blocked")).isEqualTo(1);
        assertThat(count("mneme.policy.calls", "late", "name", "late")).isEqualTo(3);
        assertThat(count("mneme.policy.attempts", "early", "name", "early")).isEqualTo(5);
        assertThat(count("mneme.policy.fallbacks", "late", "name", "late")).isEqualTo(3);
        assertThat(count("mneme.policy.failures", "late", "error", "overloaded"))
                .isEqualTo(5);
        assertThat(count("mneme.policy.failures", "late", "error", "auth")).isZero();
        assertThat(count("mneme.retry.retries", "late", "name", "late")).isEqualTo(3);
        assertThat(registry.get("mneme.breaker.state")
                        .tags("name", "early", "state", "open")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("mneme.breaker.retry.in")
                        .tags("name", "late")
                        .gauge()
                        .value())
                .isBetween(50.0, 59.0);
        assertThat(registry.get("mneme.bulkhead.running")
                        .tags("name", "late")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void tagsComeFromFixedSets() {
        new ResilienceMetrics(resilience).bindTo(registry);
        resilience.policy("p", Target.MODEL.settings().withBulkhead(BulkheadSettings.of(1)));
        Set<String> tags = registry.getMeters().stream()
                .map(Meter::getId)
                .flatMap(id -> id.getTags().stream())
                .filter(tag -> !tag.getKey().equals("name"))
                .map(tag -> tag.getKey())
                .collect(Collectors.toSet());
        assertThat(tags).containsExactlyInAnyOrder("state", "outcome", "reason", "error");
        int meters = registry.getMeters().size();
        resilience.policy("p", Target.MODEL);
        new ResilienceMetrics(resilience).bindTo(registry);
        assertThat(registry.getMeters()).hasSize(meters);
    }

    private double count(String meter, String name, String key, String value) {
        return registry.get(meter)
                .tags("name", name, key, value)
                .functionCounter()
                .count();
    }
}
