package dev.mneme.memory.qdrant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.ContextStoreContract;
import dev.mneme.memory.context.Embedder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The contract, on the double; a restart is another store on the same server. */
class QdrantContextStoreTest extends ContextStoreContract {

    private static TestServer server;

    private final Map<ContextStore, QdrantContextStore.Builder> opened = new IdentityHashMap<>();

    @BeforeAll
    static void startServer() {
        server = TestServer.doubled();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void everyCallSaidWhoseRecordsItMeant() {
        assertThat(server().violations()).isEmpty();
    }

    TestServer server() {
        return server;
    }

    @Override
    protected ContextStore openStore(Embedder embedder, InstantSource clock) {
        return open(QdrantContextStore.builder(server().options().deadline(Duration.ofSeconds(60)), embedder)
                .name(TestServer.newName())
                .clock(clock)
                .profile(profile()));
    }

    @Override
    protected ContextStore reopen(ContextStore store) {
        store.close();
        return open(opened.get(store));
    }

    private ContextStore open(QdrantContextStore.Builder builder) {
        QdrantContextStore store = builder.build();
        opened.put(store, builder);
        return store;
    }
}
