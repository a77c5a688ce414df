package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BusMetricsTest {

    @Test
    void metersFollowWhatAnAgentDoesAndGoWithIt() {
        try (TestBus test = TestBus.seeded(1)) {
            var registry = new SimpleMeterRegistry();
            new BusMetrics(test.bus()).bindTo(registry);
            List<Meter> before = registry.getMeters();
            // registered later than the metrics
            AgentRef<Integer, Integer> agent = test.register(AgentSpec.<Integer, Integer>named("one")
                    .capacity(2)
                    .maxConcurrency(1)
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofSeconds(4));
                        if (n == 2) {
                            throw new IllegalStateException();
                        }
                        return n;
                    }));
            agent.submit(1).orThrow();
            test.run();
            agent.submit(2).orThrow();
            TaskHandle<Integer> third = agent.submit(3).orThrow();
            agent.submit(4);
            assertThat(tasks(registry, "running")).isEqualTo(1);
            assertThat(tasks(registry, "queued")).isEqualTo(2);
            assertThat(registry.get("mneme.bus.rejected")
                            .tag("reason", "queue_full")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            third.cancel();
            test.advance(Duration.ofSeconds(60));
            for (String outcome : new String[] {"completed", "failed", "cancelled"}) {
                assertThat(registry.get("mneme.bus.ended")
                                .tag("outcome", outcome)
                                .functionCounter()
                                .count())
                        .as(outcome)
                        .isEqualTo(1);
            }
            assertThat(registry.get("mneme.bus.wait").functionTimer().count()).isEqualTo(2);
            assertThat(registry.get("mneme.bus.wait").functionTimer().totalTime(SECONDS))
                    .isEqualTo(4);
            assertThat(registry.get("mneme.bus.run").functionTimer().totalTime(SECONDS))
                    .isEqualTo(8);
            assertThat(registry.get("mneme.bus.plans").gauge().value()).isZero();

            test.bus().deregister(agent, Duration.ZERO);
            assertThat(registry.find("mneme.bus.tasks").gauges()).isEmpty();
            assertThat(registry.getMeters()).as("what is the bus's own stays").hasSameSizeAs(before);
        }
    }

    @Test
    void usersAddNoMeters() {
        try (TestBus test = TestBus.seeded(1)) {
            var registry = new SimpleMeterRegistry();
            AgentRef<Integer, Integer> agent =
                    test.register(AgentSpec.<Integer, Integer>named("one").handler((n, ctx) -> n));
            new BusMetrics(test.bus()).bindTo(registry);
            int before = registry.getMeters().size();
            for (int i = 0; i < 500; i++) {
                agent.submit(i, Submit.by(Tenant.of("t" + i))).orThrow();
            }
            test.run();
            assertThat(registry.getMeters()).hasSize(before);
        }
    }

    private static double tasks(SimpleMeterRegistry registry, String state) {
        return registry.get("mneme.bus.tasks").tag("state", state).gauge().value();
    }
}
