package dev.mneme.memory.lucene;

/** The contract, with a new look at the index after every few changes and frequent checkpoints. */
class LuceneContextStoreIndexedTest extends LuceneContextStoreTest {

    @Override
    LuceneContextStore.Builder settings(LuceneContextStore.Builder builder) {
        return super.settings(builder).often(8, 128 * 1024);
    }
}
