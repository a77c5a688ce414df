package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.EvictionPolicy;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.MovableClock;
import dev.mneme.servers.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a store holds that died while it evicted: whole records, and never more than one add over the limit. */
@Timeout(600)
class EvictionCrashTest {

    private static final int ROUNDS = Boolean.getBoolean("mneme.long") ? 40 : 4;

    @TempDir
    Path temp;

    @Test
    void anEvictionThatBrokeOffAnywhereLeavesTheNewestRecordsAndGoesOn() throws IOException {
        Path folder = temp.resolve("store");
        Path crashed = temp.resolve("crashed");
        try (LuceneContextStore store = openWithoutCheckpoints(folder)) {
            AgentContext agent = store.agent(WriterProcess.AGENT);
            for (int number = 0; number <= EvictingProcess.MAX; number++) {
                agent.add(EvictingProcess.record(number));
            }
            assertThat(numbers(agent)).hasSize(EvictingProcess.LOW_WATER);
            FolderBytes.ofBusy(folder).writeTo(crashed);
        }
        byte[] journal = Files.readAllBytes(journal(crashed));
        List<Integer> starts = starts(journal);
        // the last add is one record that came in and thirteen that went for it
        assertThat(starts).hasSize(EvictingProcess.MAX + 1 + 13);
        for (int frame = EvictingProcess.MAX; frame <= starts.size(); frame++) {
            int end = frame < starts.size() ? starts.get(frame) : journal.length;
            Path cut = FolderBytes.of(crashed).writeTo(temp.resolve("cut-" + frame));
            Files.write(journal(cut), Arrays.copyOf(journal, end + (frame % 2 == 0 && end < journal.length ? 7 : 0)));
            try (LuceneContextStore store = openWithoutCheckpoints(cut)) {
                AgentContext agent = store.agent(WriterProcess.AGENT);
                int last = frame == EvictingProcess.MAX ? EvictingProcess.MAX - 1 : EvictingProcess.MAX;
                int gone = Math.max(0, frame - EvictingProcess.MAX - 1);
                assertThat(numbers(agent)).as("cut before frame %d", frame).isEqualTo(range(gone, last));
                agent.add(EvictingProcess.record(100));
                assertThat(agent.count()).isLessThanOrEqualTo(EvictingProcess.MAX);
                assertThat(numbers(agent)).contains(last, 100);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EvictionPolicy.class)
    void aProcessThatIsKilledWhileItEvictsLeavesWholeRecordsWithinTheLimit(EvictionPolicy policy) throws Exception {
        Path folder = temp.resolve(policy.name());
        var random = new Random(4_711);
        int next = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int acknowledged = addAndKill(folder, policy, next, 30 + random.nextInt(100));
            String where = policy + ", round " + round + ", killed after " + acknowledged;
            MovableClock clock = MovableClock.startingAt(EvictingProcess.timeOf(acknowledged + 2));
            try (LuceneContextStore store = EvictingProcess.open(folder, policy, clock)) {
                AgentContext agent = store.agent(WriterProcess.AGENT);
                List<Integer> numbers = numbers(agent);
                assertThat(numbers).as(where).contains(acknowledged).hasSizeLessThanOrEqualTo(EvictingProcess.MAX + 1);
                assertThat(numbers.size()).as(where).isGreaterThanOrEqualTo(EvictingProcess.LOW_WATER);
                assertThat(agent.count()).as(where).isEqualTo(numbers.size());
                next = numbers.get(numbers.size() - 1) + 1;
                assertThat(next).as(where).isBetween(acknowledged + 1, acknowledged + 2);
                // each record is used once, when the next had come, so that the newest are the last used as well
                assertThat(numbers).as(where).isEqualTo(range(next - numbers.size(), next - 1));
            }
        }
    }

    private static int addAndKill(Path folder, EvictionPolicy policy, int first, int lines) throws Exception {
        try (ChildJvm child =
                ChildJvm.start(EvictingProcess.class, folder.toString(), policy.name(), Integer.toString(first))) {
            List<String> printed = new ArrayList<>();
            for (int i = 0; i < lines; i++) {
                printed.add(child.line());
            }
            child.kill();
            printed.addAll(child.rest());
            return Integer.parseInt(printed.get(printed.size() - 1));
        }
    }

    /** The numbers of the records, each seen to be whole by a search and by its id. */
    private static List<Integer> numbers(AgentContext agent) {
        var found = new TreeMap<Integer, Interaction>();
        for (Hit hit : agent.search(ContextQuery.text("common").weights(1, 0).limit(1_000))) {
            int number = Integer.parseInt(hit.id().substring(1));
            assertThat(hit.interaction()).isEqualTo(EvictingProcess.record(number));
            assertThat(agent.find(hit.id())).hasValue(hit.interaction());
            assertThat(found.put(number, hit.interaction())).isNull();
        }
        return List.copyOf(found.keySet());
    }

    private static List<Integer> range(int first, int last) {
        var range = new ArrayList<Integer>();
        for (int number = first; number <= last; number++) {
            range.add(number);
        }
        return range;
    }

    private static LuceneContextStore openWithoutCheckpoints(Path folder) {
        return LuceneContextStore.builder(folder, WriterProcess.embedder())
                .often(1_000, Long.MAX_VALUE)
                .limits(Limits.perAgent(EvictingProcess.MAX).lowWater(0.4))
                .open();
    }

    private static Path journal(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("journal"))) {
            return files.sorted().findFirst().orElseThrow();
        }
    }

    /** Where the frames begin: behind magic, length, checksum and the durable length comes the payload. */
    private static List<Integer> starts(byte[] journal) {
        List<Integer> starts = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.wrap(journal);
        for (int at = 0; at < journal.length; at += 20 + bytes.getInt(at + 4)) {
            starts.add(at);
        }
        return starts;
    }
}
