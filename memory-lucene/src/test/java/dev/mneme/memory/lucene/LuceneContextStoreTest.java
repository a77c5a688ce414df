package dev.mneme.memory.lucene;

import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.ContextStoreContract;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.UpkeepSettings;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** The contract, with the newest records still in memory: few cases write so many that the index is looked at anew. */
class LuceneContextStoreTest extends ContextStoreContract {

    @TempDir
    Path folder;

    private final Map<ContextStore, LuceneContextStore.Builder> opened = new IdentityHashMap<>();

    @Override
    protected ContextStore openStore(Embedder embedder, InstantSource clock) {
        return open(settings(LuceneContextStore.builder(folder.resolve("store-" + opened.size()), embedder)
                .clock(clock)
                .profile(profile())));
    }

    @Override
    protected ContextStore openStore(Embedder embedder, InstantSource clock, UpkeepSettings upkeep) {
        return open(settings(LuceneContextStore.builder(folder.resolve("store-" + opened.size()), embedder)
                .clock(clock)
                .profile(profile())
                .limits(upkeep.limits())
                .duplicates(upkeep.duplicates())
                .onAlert(upkeep.onAlert())));
    }

    /** Each waits for the disk; {@code EvictionTest} has the long run. */
    @Override
    protected int randomOperations() {
        return 300;
    }

    @Override
    protected ContextStore reopen(ContextStore store) {
        store.close();
        return open(opened.get(store));
    }

    LuceneContextStore.Builder settings(LuceneContextStore.Builder builder) {
        return builder.denseSearch(DenseSearch.EXACT);
    }

    private ContextStore open(LuceneContextStore.Builder builder) {
        LuceneContextStore store = builder.open();
        opened.put(store, builder);
        return store;
    }
}
