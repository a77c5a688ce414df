package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.RetrievalProfile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** The contract, under the profile for records that stand for themselves. */
class QdrantContextStoreDocumentsTest extends QdrantContextStoreTest {

    @BeforeAll
    static void takesMinutes() {
        Assumptions.assumeTrue(Boolean.getBoolean("mneme.long"), "takes minutes: -Dmneme.long=true");
    }

    @Override
    protected RetrievalProfile profile() {
        return RetrievalProfile.DOCUMENTS;
    }
}
