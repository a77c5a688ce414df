package dev.mneme.memory.redis.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.Level;
import dev.mneme.memory.cache.Lookup;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.servers.RedisServer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reads cost at the server, by its own counting. */
@Timeout(120)
class RoundTripsTest {

    private final RedisServer server = RedisServer.start();
    private final WatchedCommands commands = new WatchedCommands(server);
    private final HostNode a = new HostNode(server.uri());
    private final HostNode b = new HostNode(server.uri());
    private final AtomicInteger bulks = new AtomicInteger();
    private final TieredCache<String, String> onA = build(a);
    private final TieredCache<String, String> onB = build(b);

    private long farHitsBefore;

    private TieredCache<String, String> build(HostNode node) {
        return node.texts("texts")
                .bulkLoader(keys -> {
                    bulks.incrementAndGet();
                    return keys.stream().collect(Collectors.toMap(key -> key, key -> "of " + key));
                })
                .loader(key -> "of " + key)
                .build();
    }

    @BeforeEach
    void settle() {
        a.settled();
        b.settled();
        HostNode.until("scripts are loaded, by the first use of each", () -> {
            onA.invalidate("warm");
            onA.get("warm");
            return commands.scripts() >= 3;
        });
        HostNode.until(
                "what was sent has arrived",
                () -> onA.lookup("warm").optional().isPresent()
                        && onB.lookup("warm").optional().isPresent());
        commands.catchUp();
        commands.forget();
        farHitsBefore = onB.stats().farHits();
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        commands.close();
        server.close();
    }

    @Test
    void aColdMissTakesThreeRoundTripsAndAFarHitOne() {
        assertThat(onA.get("cold")).isEqualTo("of cold");
        HostNode.until("the fill has arrived", () -> commands.scripts() >= 2);
        assertThat(commands.reads()).isEqualTo(1);
        assertThat(commands.scripts()).as("lease and fill").isEqualTo(2);

        commands.forget();
        assertThat(onB.get("cold")).isEqualTo("of cold");
        HostNode.until("the read was seen", () -> commands.reads() >= 1);
        assertThat(onB.stats().farHits() - farHitsBefore).isEqualTo(1);
        assertThat(commands.reads()).isEqualTo(1);
        assertThat(commands.scripts()).isZero();
    }

    @Test
    void fillsTellNobody() {
        for (int i = 0; i < 200; i++) {
            onA.get("key-" + i);
        }
        HostNode.until("the fills have arrived", () -> commands.scripts() >= 400);
        assertThat(commands.published()).isZero();

        assertThat(onA.invalidate("key-1")).isEqualTo(Ack.DONE);
        HostNode.until("the message was seen", () -> commands.published() >= 1);
        assertThat(commands.published()).isEqualTo(1);
    }

    @Test
    void manyKeysAreOneReadAndOneLoad() {
        List<String> keys = IntStream.range(0, 100).mapToObj(i -> "key-" + i).toList();
        onA.getAll(keys.subList(0, 60)).orThrow();
        HostNode.until("the fills have arrived", () -> commands.scripts() >= 120);
        commands.forget();
        bulks.set(0);

        Map<String, String> all = onB.getAll(keys).orThrow();
        assertThat(all).hasSize(100).containsEntry("key-99", "of key-99");
        assertThat(List.copyOf(all.keySet())).isEqualTo(keys);
        assertThat(bulks).as("one load of the forty that were missing").hasValue(1);
        assertThat(onB.stats().farHits() - farHitsBefore).isEqualTo(60);
        HostNode.until("the fills have arrived", () -> commands.scripts() >= 80);
        assertThat(commands.reads()).isEqualTo(1);
        assertThat(commands.scripts()).as("a lease and a fill each").isEqualTo(80);
    }

    @Test
    void aKeyThatFailsDoesNotFailTheOthers() {
        TieredCache<String, String> some = a.texts("some")
                .loader(key -> {
                    if (key.equals("bad")) {
                        throw new IllegalStateException("no such row");
                    }
                    return "of " + key;
                })
                .build();
        var batch = some.getAll(List.of("good", "bad", "fine"));
        assertThat(batch.values()).containsOnlyKeys("good", "fine");
        assertThat(batch.failed()).containsOnlyKeys("bad");
    }

    @Test
    void userCodeNeverRunsOnTheClientsThreads() {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        TieredCache<String, String> watched = b.texts("watched")
                .keyCodec(new WatchedKeys(threads))
                .valueCodec(new WatchedValues(threads))
                .loader(key -> {
                    threads.add(Thread.currentThread().getName());
                    return "of " + key;
                })
                .build();
        TieredCache<String, String> other = a.texts("watched")
                .valueCodec(new WatchedValues(threads))
                .loader(key -> "of " + key)
                .build();
        other.get("one");
        HostNode.until("it is far", () -> watched.lookup("one").optional().isPresent());
        watched.getAsync("two").toCompletableFuture().join();
        assertThat(other.invalidate("one")).isEqualTo(Ack.DONE);
        HostNode.until("the message was decoded", () -> {
            Lookup<String> seen = watched.lookup("one");
            return !(seen instanceof Lookup.Hit<String> hit) || hit.level() != Level.NEAR;
        });
        assertThat(threads).isNotEmpty().noneMatch(name -> name.contains("lettuce") || name.contains("nio"));
    }
}
