package dev.mneme.memory.lucene;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.EvictionPolicy;
import dev.mneme.memory.context.EvictionScript;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hundred thousand operations of chance, together over the policies, with restarts in between. */
@Timeout(600)
class EvictionTest {

    private static final int OPERATIONS = Boolean.getBoolean("mneme.long") ? 400_000 : 34_000;

    @TempDir
    Path folder;

    private final MovableClock clock = MovableClock.startingAt(Instant.parse("2026-03-01T12:00:00Z"));

    @ParameterizedTest
    @EnumSource(EvictionPolicy.class)
    void aMemoryHoldsWhatAPlainModelHoldsAndNeverMoreThanItsLimit(EvictionPolicy policy) {
        var settings = LuceneContextStore.builder(folder, WriterProcess.embedder())
                .clock(clock)
                .durability(Durability.every(Duration.ofMillis(200)))
                .limits(Limits.perAgent(30).lowWater(0.7).evict(policy).halfLife(Duration.ofMinutes(5)));
        var open = new LuceneContextStore[] {settings.open()};
        try {
            AgentContext agent = open[0].agent(WriterProcess.AGENT);
            new EvictionScript(agent, clock, 30, 21, policy, Duration.ofMinutes(5), 4_711 + policy.ordinal())
                    .run(OPERATIONS, () -> {
                        open[0].close();
                        open[0] = settings.open();
                        return open[0].agent(WriterProcess.AGENT);
                    });
        } finally {
            open[0].close();
        }
    }
}
