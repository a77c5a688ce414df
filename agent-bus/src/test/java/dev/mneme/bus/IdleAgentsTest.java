package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What agents weigh that have nothing to do. */
class IdleAgentsTest {

    private static final int AGENTS = 10_000;
    /** Of an agent: its name, its settings, its mailbox, its reference and its place in the registry. */
    private static final long MOST_BYTES = 640;

    @Test
    void anIdleAgentIsSmallAndGivesBackWhatABurstMadeItTake() {
        // what is loaded and made once is there before it is measured
        burst(agents(AgentBus.create(), 100));
        try (AgentBus bus = AgentBus.create()) {
            long before = usedBytes();
            List<AgentRef<Integer, Integer>> agents = agents(bus, AGENTS);
            long idle = (usedBytes() - before) / AGENTS;
            assertThat(idle).as("bytes of an agent").isBetween(1L, MOST_BYTES);

            burst(agents);
            long after = (usedBytes() - before) / AGENTS;
            assertThat(after).as("bytes of an agent after a burst").isLessThanOrEqualTo(idle + 32);
            assertThat(agents).hasSize(AGENTS);
        }
    }

    private static List<AgentRef<Integer, Integer>> agents(AgentBus bus, int count) {
        List<AgentRef<Integer, Integer>> agents = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            agents.add(
                    bus.register(AgentSpec.<Integer, Integer>named("agent-" + i).handler((number, ctx) -> number)));
        }
        return agents;
    }

    /** Tasks of several tenants and priorities, in order and not, for each agent, until all have ended. */
    private static void burst(List<AgentRef<Integer, Integer>> agents) {
        List<TaskHandle<Integer>> tasks = new ArrayList<>();
        for (AgentRef<Integer, Integer> agent : agents) {
            for (int i = 0; i < 5; i++) {
                Submit how = Submit.by(Tenant.of("t" + i % 3));
                tasks.add(agent.submit(i, i < 2 ? how.key("k") : how).orThrow());
            }
        }
        for (TaskHandle<Integer> task : tasks) {
            task.awaitOutcome(Duration.ofMinutes(1)).orElseThrow().get();
        }
    }

    /** The least of some looks: what other threads just made lies about in the others. */
    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
