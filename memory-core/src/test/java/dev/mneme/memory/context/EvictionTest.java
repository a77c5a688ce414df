package dev.mneme.memory.context;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hundred thousand operations of chance, together over the policies. */
class EvictionTest {

    private static final int OPERATIONS = Boolean.getBoolean("mneme.long") ? 400_000 : 34_000;

    private final MovableClock clock = MovableClock.startingAt(Instant.parse("2026-03-01T12:00:00Z"));

    @ParameterizedTest
    @EnumSource(EvictionPolicy.class)
    void aMemoryHoldsWhatAPlainModelHoldsAndNeverMoreThanItsLimit(EvictionPolicy policy) {
        try (ContextStore store = InMemoryContextStore.builder(HashingEmbedder.ofDimensions(16))
                .clock(clock)
                .limits(Limits.perAgent(30).lowWater(0.7).evict(policy).halfLife(Duration.ofMinutes(5)))
                .build()) {
            AgentContext agent = store.agent(StoreFixture.KEY);
            new EvictionScript(agent, clock, 30, 21, policy, Duration.ofMinutes(5), 4_711 + policy.ordinal())
                    .run(OPERATIONS, () -> agent);
        }
    }
}
