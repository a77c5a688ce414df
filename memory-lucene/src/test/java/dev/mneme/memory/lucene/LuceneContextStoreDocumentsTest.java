package dev.mneme.memory.lucene;

import dev.mneme.memory.context.RetrievalProfile;

/** The contract, under the profile for records that stand for themselves. */
class LuceneContextStoreDocumentsTest extends LuceneContextStoreTest {

    @Override
    protected RetrievalProfile profile() {
        return RetrievalProfile.DOCUMENTS;
    }
}
