package dev.mneme.memory.lucene;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.spi.Upkeep;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** A process that fills many agents' memories and then touches them in random order, in a heap that holds few of them. */
final class ManyAgentsProcess {

    private ManyAgentsProcess() {}

    /** The folder, the number of agents, and how many records each has. */
    public static void main(String[] arguments) {
        int agents = Integer.parseInt(arguments[1]);
        int records = Integer.parseInt(arguments[2]);
        // with the default budget, a part of the heap
        try (LuceneContextStore store = store(Path.of(arguments[0])).open()) {
            fill(store, agents, records);
            System.out.println("filled");
        }
        try (LuceneContextStore store = store(Path.of(arguments[0])).open()) {
            var random = new Random(agents);
            for (int i = 0; i < agents; i++) {
                touch(store, random.nextInt(agents), records);
            }
            if (store.budget().drops() == 0) {
                System.out.println("all of it had room: there is nothing to see");
            }
            System.out.println("touched");
        }
    }

    /** Ten thousand syncs would take longer than all else. */
    static LuceneContextStore.Builder store(Path folder) {
        return LuceneContextStore.builder(folder, WriterProcess.embedder())
                .durability(Durability.every(Duration.ofMillis(200)));
    }

    static void fill(LuceneContextStore store, int agents, int records) {
        for (int agent = 0; agent < agents; agent++) {
            List<Interaction> batch = new ArrayList<>();
            for (int i = 0; i < records; i++) {
                batch.add(record(agent, i));
            }
            store.agent(key(agent)).addAll(batch);
        }
    }

    /** Throws unless the agent has all of its records, and finds one. */
    static void touch(LuceneContextStore store, int agent, int records) {
        AgentContext context = store.agent(key(agent));
        long count = context.count();
        List<String> found = context.search(
                        ContextQuery.text("word" + agent % records).limit(1))
                .ids();
        if (count != records || !found.equals(List.of("id" + agent % records))) {
            throw new AssertionError("agent " + agent + " has " + count + " records and finds " + found);
        }
    }

    /** About what the memory of an agent with so many records takes. */
    static long estimate(int records) {
        var memory = new AgentMemory(
                "any",
                WriterProcess.embedder().dimensions(),
                DenseSearch.EXACT_BELOW,
                Set::of,
                new Upkeep(Limits.none(), Duplicates.off(), null));
        for (int i = 0; i < records; i++) {
            memory.load(
                    record(0, i).withoutContent(),
                    0,
                    3,
                    new float[WriterProcess.embedder().dimensions()],
                    i,
                    memory.extra(record(0, i)));
        }
        return memory.bytes();
    }

    private static AgentKey key(int agent) {
        return AgentKey.of("tenant", "agent" + agent);
    }

    private static Interaction record(int agent, int number) {
        return Interaction.of("id" + number, "common word" + number + " of agent" + agent)
                .session("session" + number / 5)
                .meta("number", number)
                .time(Instant.EPOCH.plusSeconds(number));
    }
}
