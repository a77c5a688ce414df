package dev.mneme.memory.redis.promise;

import static dev.mneme.memory.cache.WhenDisconnected.LOADER;
import static dev.mneme.memory.cache.WhenDisconnected.stale;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.servers.FaultProxy;
import dev.mneme.servers.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Redis goes away in three ways and comes back. */
@Timeout(180)
class OutageTest {

    enum Outage {
        KILLED,
        PAUSED,
        CUT;

        void begin(RedisServer server, FaultProxy proxy) {
            switch (this) {
                case KILLED -> server.kill();
                case PAUSED -> server.pause();
                case CUT -> proxy.cut();
            }
        }

        void end(RedisServer server, FaultProxy proxy) {
            switch (this) {
                case KILLED -> server.restart();
                case PAUSED -> server.resume();
                case CUT -> proxy.heal();
            }
        }
    }

    private final RedisServer server = RedisServer.builder().appendOnly().start();
    private final FaultProxy proxy = FaultProxy.to(server);
    private final List<HostNode> nodes = new ArrayList<>();
    private final Map<String, AtomicLong> database = new ConcurrentHashMap<>();
    private final AtomicLong loads = new AtomicLong();

    private HostNode node() {
        var node = new HostNode(proxy.uri());
        nodes.add(node);
        return node;
    }

    private TieredCache<String, Long> access(HostNode node) {
        return node.memory
                .cache("access", String.class, Long.class)
                .shared()
                .farTimeout(ofMillis(500))
                .whenDisconnected(LOADER)
                .loader(this::load)
                .build();
    }

    private Long load(String key) {
        loads.incrementAndGet();
        return current(key);
    }

    private long current(String key) {
        return database.computeIfAbsent(key, first -> new AtomicLong()).get();
    }

    private void change(String key) {
        database.computeIfAbsent(key, first -> new AtomicLong()).incrementAndGet();
    }

    @AfterEach
    void close() {
        nodes.forEach(HostNode::close);
        proxy.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Outage.class)
    void readsGoOnAndOnlyTheFirstIsSlow(Outage outage) {
        HostNode node = node().settled();
        TieredCache<String, Long> access = access(node);
        access.get("warm");

        outage.begin(server, proxy);
        HostNode.until(
                "nothing near is trusted any more",
                () -> node.memory.cacheHealth().untrustedBuckets() == 64);
        access.get("the first may wait");
        long before = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            assertThat(access.get("key-" + i)).isZero();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);

        // had each waited for the far level, they would have taken a hundred seconds
        assertThat(millis).isLessThan(20_000);
        assertThat(loads).hasValueGreaterThanOrEqualTo(200);
        HostNode.until("health says so", () -> !node.memory.cacheHealth().connected());
    }

    @ParameterizedTest
    @EnumSource(Outage.class)
    void whatIsInvalidatedMeanwhileIsNeverReadAgain(Outage outage) {
        HostNode a = node().settled();
        HostNode b = node().settled();
        TieredCache<String, Long> onA = access(a);
        TieredCache<String, Long> onB = access(b);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            keys.add("key-" + i);
        }
        onA.getAll(keys).orThrow();
        onB.getAll(keys).orThrow();

        outage.begin(server, proxy);
        keys.forEach(this::change);
        Ack ack = onA.invalidateAll(keys);
        assertThat(ack).isEqualTo(Ack.PENDING);
        assertThat(onA.getAll(keys).orThrow().values()).containsOnly(1L);
        HostNode.until("B trusts nothing", () -> b.memory.cacheHealth().untrustedBuckets() == 64);
        assertThat(onB.getAll(keys).orThrow().values()).containsOnly(1L);

        outage.end(server, proxy);
        // from the first moment of the return on, this node must not see what Redis still holds
        while (!a.isSettled()) {
            assertThat(onA.getAll(keys).orThrow().values()).containsOnly(1L);
        }
        assertThat(onA.getAll(keys).orThrow().values()).containsOnly(1L);
        long loadedBefore = loads.get();
        b.settled();
        assertThat(onB.getAll(keys).orThrow().values()).containsOnly(1L);
        assertThat(loads.get() - loadedBefore)
                .as("once a key is enough after the return")
                .isLessThanOrEqualTo(keys.size());
    }

    @ParameterizedTest
    @EnumSource(
            value = Outage.class,
            names = {"PAUSED", "CUT", "KILLED"})
    void afterTheReturnTheSourceIsAskedAtMostOnceForEachKey(Outage outage) {
        HostNode node = node().settled();
        TieredCache<String, Long> access = access(node);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            keys.add("key-" + i);
        }
        access.getAll(keys).orThrow();
        long steady = loads.get();

        outage.begin(server, proxy);
        HostNode.until(
                "nothing near is trusted any more",
                () -> node.memory.cacheHealth().untrustedBuckets() == 64);
        keys.forEach(access::get);
        outage.end(server, proxy);
        node.settled();
        loads.set(0);
        for (int round = 0; round < 20; round++) {
            keys.forEach(access::get);
        }
        // in steady state each key is loaded once in its time to live, which all of these rounds are well within
        assertThat(loads.get()).isLessThanOrEqualTo(steady);
    }

    @Test
    void aNodeThatStartsWithoutRedisWorksAndFindsItLater() {
        server.kill();
        HostNode node = node();
        TieredCache<String, Long> access = access(node);
        assertThat(access.get("key")).isZero();
        change("key");
        assertThat(access.invalidate("key")).isEqualTo(Ack.PENDING);
        assertThat(access.get("key")).isEqualTo(1);

        server.restart();
        node.settled();
        assertThat(access.get("key")).isEqualTo(1);
        assertThat(access.invalidate("key")).isEqualTo(Ack.DONE);
    }

    @Test
    void aCacheThatMayBeStaleServesWhatItHasWhileCutOff() {
        HostNode node = node().settled();
        TieredCache<String, Long> results = node.memory
                .cache("results", String.class, Long.class)
                .shared()
                .whenDisconnected(stale(ofMinutes(5)))
                .loader(this::load)
                .build();
        results.get("key");
        HostNode.until("it is near", () -> results.stats().nearEntries() == 1);
        change("key");

        proxy.cut();
        HostNode.until(
                "nothing near is trusted any more",
                () -> node.memory.cacheHealth().untrustedBuckets() == 64);
        assertThat(results.get("key")).isZero();
        assertThat(results.stats().staleHits()).isEqualTo(1);
        assertThat(results.invalidate("key")).isEqualTo(Ack.PENDING);
        assertThat(results.get("key")).isEqualTo(1);
    }

    @Test
    void tenThousandHotKeysSurviveAReconnectWithoutALoad() {
        HostNode node = node().settled();
        TieredCache<String, Long> access = node.memory
                .cache("hot", String.class, Long.class)
                .shared()
                .nearEntries(20_000)
                .bulkLoader(wanted -> {
                    loads.addAndGet(wanted.size());
                    return wanted.stream().collect(Collectors.toMap(key -> key, key -> 0L));
                })
                .loader(this::load)
                .build();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            keys.add("key-" + i);
        }
        assertThat(access.warmUp(keys)).isEqualTo(10_000);
        assertThat(loads).hasValue(10_000);

        proxy.cut();
        HostNode.until(
                "nothing near is trusted any more",
                () -> node.memory.cacheHealth().untrustedBuckets() == 64);
        proxy.heal();
        node.settled();
        keys.forEach(access::get);
        assertThat(loads).as("no key was written meanwhile").hasValue(10_000);
    }
}
