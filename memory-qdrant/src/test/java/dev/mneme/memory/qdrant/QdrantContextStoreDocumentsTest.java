package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.RetrievalProfile;

/** The contract, under the profile for records that stand for themselves. */
class QdrantContextStoreDocumentsTest extends QdrantContextStoreTest {

    @Override
    protected RetrievalProfile profile() {
        return RetrievalProfile.DOCUMENTS;
    }
}
