package dev.mneme.memory.context;

/** The contract, under the profile for records that stand for themselves. */
class InMemoryContextStoreDocumentsTest extends InMemoryContextStoreTest {

    @Override
    protected RetrievalProfile profile() {
        return RetrievalProfile.DOCUMENTS;
    }
}
