package dev.mneme.memory.qdrant;

import static dev.mneme.memory.context.Fields.importance;
import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Interaction;
import dev.mneme.servers.qdrant.QdrantDouble;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.qdrant.client.grpc.Collections.ListCollectionsRequest;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.PointsGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Many owners in one collection, at the same time, on a server that refuses every call that could reach two. */
class QdrantIsolationTest {

    private static final int THREADS = 4;
    private static final int OPERATIONS = 10_000;
    private static final long HANG_GUARD_SECONDS = 300;

    private QdrantDouble qdrant;
    private QdrantContextStore store;

    @BeforeEach
    void open() {
        qdrant = QdrantDouble.start();
        qdrant.requireTenant(Schema.AGENT, Schema.TENANT);
        store = QdrantContextStore.connect(
                QdrantOptions.of("127.0.0.1", qdrant.port()).deadline(Duration.ofSeconds(60)),
                HashingEmbedder.ofDimensions(32));
    }

    @AfterEach
    void close() {
        store.close();
        qdrant.close();
    }

    @Test
    @DisplayName("ten thousand operations of fifty owners on four threads reach only what is their own")
    void operationsReachOnlyTheirOwn() throws Exception {
        long seed = 7_051;
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Void>> owners = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                owners.add(threads.submit(new Owners(thread, seed + thread)));
            }
            for (Future<Void> each : owners) {
                each.get(HANG_GUARD_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(qdrant.violations()).isEmpty();
    }

    @Test
    @DisplayName("the server of these tests refuses a call that does not say whose records it means")
    void theServerRefusesACallWithoutAnOwner() throws Exception {
        store.agent(AgentKey.of("tenant", "agent")).add(Interaction.of("id", "text"));
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", qdrant.port())
                .usePlaintext()
                .build();
        try {
            String collection = CollectionsGrpc.newBlockingStub(channel)
                    .list(ListCollectionsRequest.getDefaultInstance())
                    .getCollections(0)
                    .getName();
            assertThatThrownBy(() -> PointsGrpc.newBlockingStub(channel)
                            .count(CountPoints.newBuilder()
                                    .setCollectionName(collection)
                                    .build()))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("FAILED_PRECONDITION");
            assertThat(qdrant.violations()).hasSize(1);
        } finally {
            channel.shutdownNow();
            assertThat(channel.awaitTermination(HANG_GUARD_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** The owners of some tenants, whose names are made to be mistaken for the others', with a plain map of what is theirs. */
    private final class Owners implements Callable<Void> {

        private final String who;
        private final Random random;
        private final List<AgentKey> keys = new ArrayList<>();
        private final Map<AgentKey, Map<String, String>> model = new HashMap<>();

        Owners(int thread, long seed) {
            this.who = "seed " + seed + ", operation ";
            this.random = new Random(seed);
            List<String> parts = List.of("1", "1_2", "2_a", "a", "1:2", "%3A", "{1}");
            for (int tenant = 0; tenant < parts.size(); tenant++) {
                for (String agent : parts) {
                    if (tenant % THREADS == thread) {
                        keys.add(AgentKey.of(parts.get(tenant), agent));
                    }
                }
            }
            if (thread == THREADS - 1) {
                keys.add(AgentKey.of("é ё*?\uD83D\uDE00\n", "e\u0301/\\\u0000"));
            }
            keys.forEach(key -> model.put(key, new HashMap<>()));
        }

        @Override
        public Void call() throws Exception {
            for (int i = 0; i < OPERATIONS / THREADS; i++) {
                AgentKey key = keys.get(random.nextInt(keys.size()));
                operate(key, store.agent(key), model.get(key), i);
            }
            for (AgentKey key : keys) {
                assertThat(all(store.agent(key))).as(who + "last, " + key).isEqualTo(model.get(key));
            }
            return null;
        }

        private void operate(AgentKey key, AgentContext context, Map<String, String> own, int number) throws Exception {
            String where = who + number + " of " + key;
            String id = "id-" + random.nextInt(12);
            int choice = random.nextInt(1_000);
            if (choice < 250) {
                assertThat(context.add(interaction(key, id, number)))
                        .as(where)
                        .isEqualTo(own.containsKey(id) ? Added.REPLACED : Added.NEW);
                own.put(id, text(key, number));
            } else if (choice < 300) {
                context.addAllAsync(List.of(interaction(key, "id-0", number), interaction(key, "id-1", number)))
                        .toCompletableFuture()
                        .get(HANG_GUARD_SECONDS, TimeUnit.SECONDS);
                own.put("id-0", text(key, number));
                own.put("id-1", text(key, number));
            } else if (choice < 380) {
                assertThat(context.delete(id)).as(where).isEqualTo(own.remove(id) != null);
            } else if (choice < 386) {
                assertThat(context.clear()).as(where).isEqualTo(own.size());
                own.clear();
            } else if (choice < 389) {
                erase(key.tenant(), where);
            } else if (choice < 600) {
                assertThat(context.find(id).map(Interaction::text))
                        .as(where)
                        .isEqualTo(Optional.ofNullable(own.get(id)));
            } else if (choice < 800) {
                assertThat(context.count(everything())).as(where).isEqualTo(own.size());
            } else if (choice < 950) {
                assertThat(all(context)).as(where).isEqualTo(own);
            } else {
                search(context, own, where);
            }
        }

        private void search(AgentContext context, Map<String, String> own, String where) {
            ContextQuery query = ContextQuery.text(
                            random.nextBoolean() ? "common" : "common operation" + random.nextInt(100))
                    .limit(1_000);
            Map<String, String> found = new HashMap<>();
            for (Hit hit : context.search(random.nextBoolean() ? query : query.where(everything()))) {
                found.put(hit.id(), hit.text());
            }
            assertThat(found).as(where).isEqualTo(own);
        }

        private void erase(Tenant tenant, String where) {
            long records = 0;
            for (AgentKey key : keys) {
                if (key.tenant().equals(tenant)) {
                    records += model.get(key).size();
                    model.get(key).clear();
                }
            }
            assertThat(store.erase(tenant).records()).as(where).isEqualTo(records);
        }

        /** Filters that every record satisfies, and that would let in all others' if joined wrongly. */
        private Filter everything() {
            Filter some =
                    random.nextBoolean() ? type().is("tool") : importance().atLeast(0.5);
            return switch (random.nextInt(3)) {
                case 0 -> some.or(some.not());
                case 1 -> type().is("nothing of this kind").not();
                default -> some.and(some.not()).not();
            };
        }

        private Map<String, String> all(AgentContext context) {
            Map<String, String> all = new HashMap<>();
            context.scroll(AgentContext.MAX_BATCH).forEach(each -> all.put(each.id(), each.text()));
            return all;
        }

        private Interaction interaction(AgentKey key, String id, int number) {
            Interaction interaction = Interaction.of(id, text(key, number)).importance(random.nextInt(3) / 2.0);
            return random.nextBoolean() ? interaction.type("tool") : interaction;
        }

        private String text(AgentKey key, int number) {
            return "common operation" + number + " of " + key.key();
        }
    }
}
