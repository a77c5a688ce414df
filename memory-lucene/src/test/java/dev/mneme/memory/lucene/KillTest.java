package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.lucene.WriterProcess.Operation;
import dev.mneme.servers.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a process that died by SIGKILL had acknowledged. The kernel keeps what such a process wrote, synced or not; that
 * records are synced as well is not shown here.
 */
@Timeout(600)
class KillTest {

    private static final int ROUNDS = Boolean.getBoolean("mneme.long") ? 60 : 20;

    @TempDir
    Path folder;

    private final long seed = 20_261_121;

    /** The records that must be there, by id. */
    private final Map<String, Interaction> model = new TreeMap<>();

    @Test
    void aProcessThatIsKilledLosesNothingThatWasAcknowledged() throws Exception {
        var random = new Random(seed);
        int next = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int acknowledged = writeAndKill(next, 1 + random.nextInt(150));
            for (int number = next; number < acknowledged; number++) {
                apply(WriterProcess.operation(seed, number), 7);
            }
            try (LuceneContextStore store = WriterProcess.open(folder)) {
                String where = "seed " + seed + ", round " + round + ", killed in operation " + acknowledged;
                check(store.agent(WriterProcess.AGENT), next, acknowledged, where);
            }
            // the operation under way when the process died is history, done or not
            next = acknowledged + 1;
        }
        assertThat(documents()).as("seed %d", seed).isEqualTo(model.size());
    }

    /** Returns the number of the operation that was under way when the process died. */
    private int writeAndKill(int first, int lines) throws IOException, InterruptedException {
        try (ChildJvm child =
                ChildJvm.start(WriterProcess.class, folder.toString(), Long.toString(seed), Integer.toString(first))) {
            List<String> printed = new ArrayList<>();
            for (int i = 0; i < lines; i++) {
                printed.add(child.line());
            }
            child.kill();
            printed.addAll(child.rest());
            return Integer.parseInt(printed.get(printed.size() - 1)) + 1;
        }
    }

    /** Applies an operation, of a batch its first records only. */
    private void apply(Operation operation, int puts) {
        operation.puts().stream().limit(puts).forEach(put -> model.put(put.id(), put));
        model.remove(operation.deleted());
    }

    private void check(AgentContext agent, int first, int underWay, String where) {
        Map<String, Interaction> stored = new TreeMap<>();
        for (Hit hit : agent.search(byWord("common").limit(ContextQuery.MAX_LIMIT))) {
            assertThat(stored.put(hit.id(), hit.interaction())).as(where).isNull();
        }
        adoptWhatWasUnderWay(WriterProcess.operation(seed, underWay), stored);

        assertThat(stored).as(where).isEqualTo(model);
        assertThat(agent.count()).as(where).isEqualTo(model.size());
        for (int number = 0; number <= underWay; number++) {
            assertThat(agent.find("r" + number)).as(where).isEqualTo(Optional.ofNullable(model.get("r" + number)));
        }
        for (int number = first; number < underWay; number++) {
            assertThat(agent.search(byWord(WriterProcess.wordOf(number))).ids())
                    .as(where)
                    .containsExactlyInAnyOrderElementsOf(idsWrittenBy(number));
        }
    }

    /** The last call was not acknowledged: it may be there, or not, or the first records of its batch. */
    private void adoptWhatWasUnderWay(Operation operation, Map<String, Interaction> stored) {
        int puts = 0;
        for (Interaction put : operation.puts()) {
            puts += put.equals(stored.get(put.id())) ? 1 : 0;
        }
        if (puts > 0 || !operation.deleted().isEmpty() && !stored.containsKey(operation.deleted())) {
            apply(operation, puts);
        }
    }

    private List<String> idsWrittenBy(int number) {
        MetaValue word = MetaValue.of(WriterProcess.wordOf(number));
        return model.values().stream()
                .filter(record -> word.equals(record.meta().get("word")))
                .map(Interaction::id)
                .toList();
    }

    private static ContextQuery byWord(String word) {
        return ContextQuery.text(word).weights(1, 0);
    }

    /** The live documents of the index: a replaced record must not live on in it. */
    private int documents() throws IOException {
        try (var directory = FSDirectory.open(folder.resolve("index"));
                DirectoryReader reader = DirectoryReader.open(directory)) {
            return reader.numDocs();
        }
    }
}
