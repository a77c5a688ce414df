package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.TableEmbedder;
import dev.mneme.memory.context.TextAnalyzer;
import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Upkeep;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AgentMemoryTest {

    private static final Upkeep NO_UPKEEP = new Upkeep(Limits.none(), Duplicates.off(), null);
    private static final AgentKey KEY = AgentKey.of("tenant", "agent");

    @TempDir
    Path folder;

    @Test
    void manyReplacementsTakeNoMoreRoomThanAFew() throws IOException {
        var intake =
                new Intake(TableEmbedder.ofDimensions(3), TextAnalyzer.russianEnglish(), InstantSource.system(), 1_000);
        var memory = new AgentMemory(KEY.key(), 3, 16, intake::nameTerms, NO_UPKEEP);
        try (var directory = new ByteBuffersDirectory();
                var writer = new IndexWriter(directory, new IndexWriterConfig());
                var reader = DirectoryReader.open(writer);
                var nothing = new View(reader, 0, closedByItself -> {})) {
            for (int i = 0; i < 20_000; i++) {
                memory.remove("id" + i % 10);
                memory.add(draft(intake, i), i + 1, i + 1);
                if (i % 997 == 0) {
                    int number = i;
                    var search =
                            intake.search(ContextQuery.text("word" + number).near(vector(number)));
                    var all = memory.matching(Optional.empty());
                    assertThat(memory.count()).isEqualTo(Math.min(i + 1, 10));
                    // the highest row in use tells how many there are
                    assertThat(all.length()).isLessThan(1_100);
                    assertThat(all.cardinality()).isEqualTo(memory.count());
                    assertThat(memory.textLeg(search, nothing, all).best())
                            .extracting(candidate -> candidate.interaction().id())
                            .containsExactly("id" + number % 10);
                    assertThat(memory.denseLeg(search, all)
                                    .best()
                                    .get(0)
                                    .interaction()
                                    .id())
                            .isEqualTo("id" + number % 10);
                }
            }
        }
    }

    private static Draft draft(Intake intake, int number) {
        return intake.drafts(List.of(Interaction.of("id" + number % 10, "common word" + number)
                        .time(Instant.EPOCH.plusSeconds(number))
                        .vector(vector(number))))
                .get(0);
    }

    private static float[] vector(int number) {
        var random = new Random(number);
        return new float[] {(float) random.nextGaussian(), (float) random.nextGaussian(), (float) random.nextGaussian()
        };
    }

    @Test
    void aStoreWhoseTenRecordsAreReplacedForEverKeepsAnsweringRight() {
        try (LuceneContextStore store = LuceneContextStore.builder(folder, TableEmbedder.ofDimensions(3))
                .often(100, 1 << 20)
                .open()) {
            AgentContext agent = store.agent(KEY);
            for (int i = 0; i < 500; i++) {
                int number = i * 10;
                agent.addAll(IntStream.range(number, number + 10)
                        .mapToObj(one -> Interaction.of("id" + one % 10, "common word" + one)
                                .time(Instant.EPOCH.plusSeconds(one))
                                .vector(vector(one)))
                        .toList());
                if (i % 20 == 0) {
                    assertThat(agent.search(ContextQuery.text("common").weights(1, 0))
                                    .ids())
                            .hasSize(10);
                    assertThat(agent.search(ContextQuery.text("word" + number).weights(1, 0))
                                    .ids())
                            .containsExactly("id0");
                    assertThat(agent.search(ContextQuery.vector(vector(number + 7)))
                                    .ids())
                            .hasSize(10)
                            .startsWith("id7");
                    assertThat(agent.search(
                                    ContextQuery.text("word" + (number - 10)).weights(1, 0)))
                            .isEmpty();
                }
            }
        }
    }
}
