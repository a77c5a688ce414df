package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Interaction;
import dev.mneme.servers.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no more, played by a limit on the size of files, which makes writes fail in the same way. */
@Timeout(300)
class DiskFullTest {

    private static final String EXCEPTION = ContextStoreException.class.getName();
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir
    Path temp;

    @BeforeEach
    void needsAShellWithLimits() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh to limit the size of files");
        var shell = new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -f 100 && head -c 200000 /dev/zero > \"$0\"",
                temp.resolve("probe").toString());
        shell.redirectErrorStream(true).redirectOutput(temp.resolve("said").toFile());
        int status = shell.start().waitFor();
        long written = Files.exists(temp.resolve("probe")) ? Files.size(temp.resolve("probe")) : 0;
        assumeTrue(status != 0 && written < 200_000, "the shell cannot limit the size of files");
    }

    @Test
    void aJournalThatCannotGrowRefusesTheCallAndKeepsWhatWasAcknowledged() throws Exception {
        List<String> lines = fill(2_000, 100, NEVER);
        int acknowledged = acknowledged(lines);

        assertThat(acknowledged).isPositive();
        assertThat(lines.get(acknowledged))
                .startsWith("failed " + EXCEPTION)
                .contains(temp.resolve("store").toString())
                .contains("could not be written")
                .contains("nothing was changed")
                .contains("What was acknowledged before is safe");
        // less than a batch still fits, and the store has not stopped
        assertThat(lines.get(acknowledged + 1)).isEqualTo("small one acknowledged");
        holds(acknowledged, 100, acknowledged * 100L + 1);
    }

    @Test
    void anIndexThatCannotGrowStopsTheStoreAndKeepsWhatWasAcknowledged() throws Exception {
        List<String> lines = fill(200, 5, 8 * 1024);
        int acknowledged = acknowledged(lines);

        assertThat(acknowledged).isPositive();
        assertThat(lines.get(acknowledged))
                .startsWith("failed " + EXCEPTION)
                .contains(temp.resolve("store").toString())
                .contains("has stopped")
                .contains("What was acknowledged is safe in its journal");
        assertThat(lines.get(acknowledged + 1)).startsWith("again " + EXCEPTION).contains("has stopped");
        // the batch that failed may have reached the journal before
        long count = holds(acknowledged, 5, -1);
        assertThat(count).isBetween(acknowledged * 5L, acknowledged * 5L + 6);
    }

    private List<String> fill(int blocks, int batch, long checkpointBytes) throws IOException, InterruptedException {
        try (ChildJvm child = ChildJvm.startWithFileLimit(
                blocks,
                FillingProcess.class,
                temp.resolve("store").toString(),
                Integer.toString(batch),
                Long.toString(checkpointBytes))) {
            List<String> lines = child.rest();
            assertThat(lines).as(child.errors()).isNotEmpty();
            return lines;
        }
    }

    private static int acknowledged(List<String> lines) {
        return (int)
                lines.stream().filter(line -> line.startsWith("acknowledged ")).count();
    }

    /** Opens the folder with room again, and returns how many records there are. */
    private long holds(int batches, int size, long expected) {
        try (LuceneContextStore store = WriterProcess.open(temp.resolve("store"))) {
            AgentContext agent = store.agent(WriterProcess.AGENT);
            for (int batch = 0; batch < batches; batch++) {
                for (Interaction record : FillingProcess.batch(batch, size)) {
                    assertThat(agent.find(record.id()).map(Interaction::text)).hasValue(record.text());
                }
            }
            if (expected >= 0) {
                assertThat(agent.count()).isEqualTo(expected);
            }
            agent.add(Interaction.of("after", "there is room again"));
            assertThat(agent.find("after")).isPresent();
            return agent.count() - 1;
        }
    }
}
