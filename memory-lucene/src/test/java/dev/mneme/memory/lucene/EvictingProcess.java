package dev.mneme.memory.lucene;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.EvictionPolicy;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.MovableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A process that adds record after record to a memory that is always full, and prints the number of each acknowledged one. */
final class EvictingProcess {

    static final int MAX = 20;
    static final int LOW_WATER = 8;

    private EvictingProcess() {}

    /** The folder, the policy and the number of the first record. */
    public static void main(String[] arguments) {
        EvictionPolicy policy = EvictionPolicy.valueOf(arguments[1]);
        int first = Integer.parseInt(arguments[2]);
        MovableClock clock = MovableClock.startingAt(timeOf(first));
        try (LuceneContextStore store = open(Path.of(arguments[0]), policy, clock)) {
            AgentContext agent = store.agent(WriterProcess.AGENT);
            for (int number = first; ; number++) {
                agent.add(record(number));
                clock.advance(Duration.ofSeconds(1));
                agent.search(
                        ContextQuery.text("word" + (number - 1)).weights(1, 0).limit(1));
                System.out.println(number);
                System.out.flush();
            }
        }
    }

    static LuceneContextStore open(Path folder, EvictionPolicy policy, InstantSource clock) {
        return LuceneContextStore.builder(folder, WriterProcess.embedder())
                .clock(clock)
                .often(15, 16 * 1024)
                .limits(Limits.perAgent(MAX).lowWater(0.4).evict(policy))
                .open();
    }

    static Interaction record(int number) {
        return Interaction.of("r" + number, "common word" + number).time(timeOf(number));
    }

    static Instant timeOf(int number) {
        return Instant.EPOCH.plusSeconds(number);
    }
}
