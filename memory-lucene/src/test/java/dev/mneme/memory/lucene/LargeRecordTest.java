package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.context.TableEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records at the limits: each survives a crash, which brings it back from the journal, and a closing, from the index. */
@Timeout(120)
class LargeRecordTest {

    private static final AgentKey KEY = AgentKey.of("tenant", "agent");

    @TempDir
    Path temp;

    @Test
    void aVectorOfNineThousandDimensionsIsKeptBitForBit() throws IOException {
        var random = new Random(9_000);
        var vector = new float[9_000];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = Float.intBitsToFloat(random.nextInt());
            vector[i] = Float.isFinite(vector[i]) && Math.abs(vector[i]) < 1e15 ? vector[i] : -0.0f;
        }
        survives(9_000, Interaction.of("long vector", "text").vector(vector));
    }

    @Test
    void halfOfASurrogatePairIsKept() throws IOException {
        survives(3, Interaction.of("half \uDC00 a pair", "broken \uD83D emoji and a whole one \uD83D\uDE00"));
    }

    @Test
    void aTextThatIsWrittenInManyPiecesIsKept() throws IOException {
        // pairs begin at odd places, so that one lies across the border of two pieces
        survives(3, Interaction.of("long text", "x" + "\uD83D\uDE00".repeat(16_000)));
        survives(3, Interaction.of("long text", "слово ".repeat(5_900)));
    }

    @Test
    void allMetadataThatIsAllowedIsKept() throws IOException {
        Interaction full = Interaction.of("full", "text");
        for (int i = 0; i < Interaction.MAX_META; i++) {
            String start = Integer.toString(i);
            full = full.meta("key" + i, start + "€".repeat(MetaValue.MAX_TEXT_LENGTH - start.length()));
        }
        survives(3, full);
    }

    private void survives(int dimensions, Interaction given) throws IOException {
        Interaction record = given.time(Instant.EPOCH);
        Path folder = temp.resolve("store-" + given.text().hashCode());
        Path crashed = temp.resolve("crashed-" + given.text().hashCode());
        var embedder = TableEmbedder.ofDimensions(dimensions);
        try (LuceneContextStore store = LuceneContextStore.open(folder, embedder)) {
            store.agent(KEY).add(record);
            isThere(store.agent(KEY), record);
            FolderBytes.ofBusy(folder).writeTo(crashed);
        }
        for (Path path : new Path[] {folder, crashed}) {
            try (LuceneContextStore store = LuceneContextStore.open(path, embedder)) {
                isThere(store.agent(KEY), record);
            }
        }
    }

    private static void isThere(AgentContext agent, Interaction record) {
        Interaction found = agent.find(record.id()).orElseThrow();
        assertThat(found.text()).isEqualTo(record.text());
        assertThat(found.meta()).isEqualTo(record.meta());
        assertThat(bits(found)).isEqualTo(bits(record));
        assertThat(found).isEqualTo(record);
        record.vector()
                .ifPresent(vector -> assertThat(
                                agent.search(ContextQuery.vector(vector)).ids())
                        .containsExactly(record.id()));
    }

    private static int[] bits(Interaction record) {
        float[] vector = record.vector().orElse(new float[0]);
        var bits = new int[vector.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(vector[i]);
        }
        return bits;
    }
}
