package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class ContextMetricsTest {

    private final ContextStore store = InMemoryContextStore.builder(HashingEmbedder.ofDimensions(16))
            .limits(Limits.perAgent(3).lowWater(0.7).alertAt(0.5))
            .duplicates(Duplicates.skip())
            .build();

    @Test
    void metersHaveNoTagsAndFollowTheStore() {
        var registry = new SimpleMeterRegistry();
        new ContextMetrics(store).bindTo(registry);
        AgentContext agent = store.agent(AgentKey.of("tenant", "agent"));
        for (String text : new String[] {"zero", "one", "one", "two", "three"}) {
            agent.add(Interaction.of(text));
        }

        assertThat(registry.getMeters())
                .hasSize(8)
                .allSatisfy(meter -> assertThat(meter.getId().getTags()).isEmpty());
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .extracting(Meter.Id::getName)
                .allMatch(name -> name.startsWith("mneme.context."));
        assertThat(registry.get("mneme.context.records").gauge().value()).isEqualTo(2);
        assertThat(registry.get("mneme.context.evicted").functionCounter().count())
                .isEqualTo(2);
        assertThat(registry.get("mneme.context.duplicates.skipped")
                        .functionCounter()
                        .count())
                .isOne();
        assertThat(registry.get("mneme.context.agents.alerted").gauge().value()).isOne();
        assertThat(registry.get("mneme.context.bytes").gauge().value()).isPositive();
    }

    @Test
    void ofAClosedStoreTheGaugesAreNaN() {
        var registry = new SimpleMeterRegistry();
        new ContextMetrics(store).bindTo(registry);
        store.close();

        assertThat(registry.get("mneme.context.records").gauge().value()).isNaN();
    }
}
