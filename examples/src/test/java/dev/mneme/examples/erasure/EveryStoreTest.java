package dev.mneme.examples.erasure;

import static dev.mneme.Privacy.NONE;
import static dev.mneme.Privacy.STORED;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.Eraser;
import dev.mneme.memory.ErasureReport;
import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.InMemoryContextStore;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.coordination.SessionRegistry;
import dev.mneme.memory.history.ConversationHistory;
import dev.mneme.memory.history.Turn;
import dev.mneme.memory.lucene.LuceneContextStore;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.RedisServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tenant who asks to be forgotten, on a host that has a store of every kind. */
@Timeout(120)
class EveryStoreTest {

    private static final List<String> USERS = List.of("ann", "bob");
    private static final Tenant ANN = Tenant.of("ann");

    private final RedisServer server = RedisServer.start();
    private final Redis redis =
            Redis.builder(server.uri()).patience(ofSeconds(5)).build();
    private final Memory local = LocalMemory.create();
    private final Memory shared = RedisMemory.builder(redis).build();
    private final List<Memory> memories = List.of(local, shared);
    private final Set<String> database = ConcurrentHashMap.newKeySet();
    private List<TieredCache<String, String>> caches = List.of();
    private List<ConversationHistory> histories = List.of();
    private List<SessionRegistry> sessions = List.of();
    private List<ContextStore> contexts = List.of();

    @BeforeEach
    void fillEveryStore(@TempDir Path folder) {
        var embedder = HashingEmbedder.ofDimensions(64);
        contexts = List.of(
                InMemoryContextStore.create(embedder), LuceneContextStore.open(folder.resolve("contexts"), embedder));
        caches = memories.stream().map(this::cache).toList();
        histories = memories.stream()
                .map(memory -> memory.history("recent").timeout(ofSeconds(10)).build())
                .toList();
        sessions = memories.stream()
                .map(memory -> memory.sessions("sessions").build())
                .toList();
        until(redis::isReachable);
        database.addAll(USERS);
        for (String user : USERS) {
            caches.forEach(cache -> cache.get(user));
            for (ConversationHistory history : histories) {
                history.append(SessionKey.of(user, "chat"), STORED, Turn.user("1", "what " + user + " said"));
                history.append(SessionKey.of(user, "private"), NONE, Turn.user("2", "what " + user + " whispered"));
            }
            sessions.forEach(registry -> registry.open(SessionKey.of(user, "chat")));
            contexts.forEach(store -> store.agent(AgentKey.of(user, "coach"))
                    .addAll(List.of(Interaction.of("1", user + " runs"), Interaction.of("2", user + " swims"))));
        }
    }

    private TieredCache<String, String> cache(Memory memory) {
        return memory.cache("profile", String.class, String.class)
                .owner(Tenant::of)
                .farTimeout(ofSeconds(10))
                .loader(user -> database.contains(user) ? "profile of " + user : null)
                .build();
    }

    @AfterEach
    void close() {
        contexts.forEach(ContextStore::close);
        memories.forEach(Memory::close);
        redis.close();
        server.close();
    }

    @Test
    void nothingOfTheTenantIsReturnedByAnyStoreAndNothingOfAnotherIsGone() {
        Eraser eraser = shared.eraser();
        for (var part : local.erasables()) {
            eraser = eraser.with(part);
        }
        for (ContextStore store : contexts) {
            eraser = eraser.with(store);
        }
        database.remove("ann");
        ErasureReport first = eraser.erase(ANN).orThrow();
        assertThat(first.receipts().stream().filter(receipt -> receipt.store().equals("history")))
                .as("a shared turn and a private one, in each memory")
                .containsExactly(new ErasureReceipt("history", ANN, 2), new ErasureReceipt("history", ANN, 2));
        assertThat(first.records()).isGreaterThanOrEqualTo(2 + 4 + 2 + 4);

        assertThat(eraser.erase(ANN).orThrow().records()).as("a second run").isZero();

        assertHolds("ann", false);
        assertHolds("bob", true);
        assertThat(String.valueOf(server.command("KEYS", "*:history:*:[tis]:*")))
                .contains("bob")
                .doesNotContain("ann}:t");
    }

    private void assertHolds(String user, boolean holds) {
        for (TieredCache<String, String> cache : caches) {
            assertThat(cache.find(user).isPresent()).isEqualTo(holds);
        }
        for (ConversationHistory history : histories) {
            assertThat(history.recent(SessionKey.of(user, "chat"), STORED)).hasSize(holds ? 1 : 0);
            assertThat(history.recent(SessionKey.of(user, "private"), NONE)).hasSize(holds ? 1 : 0);
        }
        for (SessionRegistry registry : sessions) {
            assertThat(registry.find(SessionKey.of(user, "chat")).isPresent()).isEqualTo(holds);
        }
        for (ContextStore store : contexts) {
            assertThat(store.agent(AgentKey.of(user, "coach")).count()).isEqualTo(holds ? 2 : 0);
            assertThat(store.agent(AgentKey.of(user, "coach"))
                            .search(ContextQuery.text("swims"))
                            .list())
                    .matches(hits -> hits.isEmpty() != holds);
        }
    }

    private static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("ns past the guard").isNegative();
            LockSupport.parkNanos(2_000_000);
        }
    }
}
