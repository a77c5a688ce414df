package dev.mneme.memory.lucene;

import java.time.Duration;

/** The contract, with codes from the first vector on, no room for a second agent's memory, and syncs by a timer. */
class LuceneContextStoreQuantisedTest extends LuceneContextStoreTest {

    @Override
    LuceneContextStore.Builder settings(LuceneContextStore.Builder builder) {
        return builder.denseSearch(DenseSearch.QUANTISED)
                .codesFrom(1)
                .memoryBudget(0)
                .durability(Durability.every(Duration.ofMillis(5)))
                .often(8, 128 * 1024);
    }
}
