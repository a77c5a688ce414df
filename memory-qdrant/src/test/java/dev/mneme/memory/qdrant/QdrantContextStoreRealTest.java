package dev.mneme.memory.qdrant;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a real Qdrant, if the environment names one; it is left with the collections of the run. */
class QdrantContextStoreRealTest extends QdrantContextStoreTest {

    private static Optional<TestServer> real = Optional.empty();

    @BeforeAll
    static void findServer() {
        String named = System.getenv("MNEME_QDRANT");
        assumeTrue(named != null && !named.isBlank(), "MNEME_QDRANT=host:port names no Qdrant server");
        real = Optional.of(TestServer.real(named));
    }

    @Override
    TestServer server() {
        return real.orElseThrow();
    }
}
