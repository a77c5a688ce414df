package dev.mneme.memory.lucene;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Interaction;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A process that writes into a store until it is killed, and prints the number of each operation when it was acknowledged.
 *
 * <p>What operation {@code n} of a seed does follows from both alone, so that the one who reads the numbers knows what must
 * be in the store.
 */
final class WriterProcess {

    static final AgentKey AGENT = AgentKey.of("tenant", "writer");

    private WriterProcess() {}

    /** The folder, the seed and the number of the first operation. */
    public static void main(String[] arguments) {
        try (LuceneContextStore store = open(Path.of(arguments[0]))) {
            AgentContext agent = store.agent(AGENT);
            long seed = Long.parseLong(arguments[1]);
            for (int number = Integer.parseInt(arguments[2]); ; number++) {
                operation(seed, number).run(agent);
                System.out.println(number);
                System.out.flush();
            }
        }
    }

    static Embedder embedder() {
        return HashingEmbedder.ofDimensions(16);
    }

    static LuceneContextStore open(Path folder) {
        return LuceneContextStore.builder(folder, embedder())
                .often(50, 64 * 1024)
                .open();
    }

    /**
     * One call.
     *
     * @param puts the records that come in by it, in their order
     * @param deleted the id that goes, or empty
     */
    record Operation(List<Interaction> puts, String deleted) {
        void run(AgentContext agent) {
            if (!deleted.isEmpty()) {
                agent.delete(deleted);
            } else if (puts.size() == 1) {
                agent.add(puts.get(0));
            } else {
                agent.addAll(puts);
            }
        }
    }

    /** What this operation does: half of them add one, the others add seven, replace or delete an earlier one. */
    static Operation operation(long seed, int number) {
        var random = new Random(seed * 1_000_003 + number);
        String earlier = "r" + random.nextInt(number + 1);
        return switch (random.nextInt(10)) {
            case 0, 1 -> {
                var batch = new ArrayList<Interaction>();
                for (int i = 0; i < 7; i++) {
                    batch.add(record("r" + number + "-" + i, number));
                }
                yield new Operation(batch, "");
            }
            case 2, 3 -> new Operation(List.of(record(earlier, number)), "");
            case 4 -> new Operation(List.of(), earlier);
            default -> new Operation(List.of(record("r" + number, number)), "");
        };
    }

    /** A record as this operation writes it; the later the operation, the newer. */
    static Interaction record(String id, int number) {
        return Interaction.of(
                        id,
                        "common " + wordOf(number) + " written under " + id + " with words " + "alpha beta ".repeat(20))
                .type("note")
                .meta("operation", number)
                .meta("word", wordOf(number))
                .time(Instant.EPOCH.plusSeconds(number));
    }

    /** A word that only the records of this operation hold. */
    static String wordOf(int number) {
        return "op" + number + "word";
    }
}
