package dev.mneme.memory.redis;

import static dev.mneme.memory.cache.spi.FarLevelContract.assertFails;
import static dev.mneme.memory.cache.spi.FarLevelContract.await;
import static dev.mneme.memory.cache.spi.FarLevelContract.key;
import static dev.mneme.memory.cache.spi.FarLevelContract.readOr;
import static dev.mneme.memory.cache.spi.FarLevelContract.until;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Ticker;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheEvent;
import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarNode;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseAnswer;
import dev.mneme.memory.cache.spi.LeaseMode;
import dev.mneme.servers.FaultProxy;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node does while its server is killed, paused, cut off or deaf, and after. */
class RedisOutageTest {

    private static final Duration TTL = ofMinutes(5);

    private final RedisServer server = RedisServer.builder().appendOnly().start();
    private final List<AutoCloseable> opened = new ArrayList<>();

    private RedisFarLevel open(Redis redis, FarNode node, int capacity) {
        opened.add(0, redis);
        var level = new RedisFarLevel(redis, "outage", node.coherence, new JacksonCodecs(4_096), capacity).start();
        opened.add(0, level);
        return level;
    }

    private RedisFarLevel open(String uri, FarNode node) {
        return open(
                Redis.builder(uri).patience(ofSeconds(5)).timeout(ofSeconds(2)).build(), node, 10_000);
    }

    private RedisFarLevel ready(String uri, FarNode node) {
        RedisFarLevel level = open(uri, node);
        until(() -> level.state().reachable() && node.coherence.untrusted() == 0);
        return level;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
        server.close();
    }

    private static void fill(RedisFarLevel level, FarKey key, String value) throws Exception {
        LeaseAnswer answer = await(level.lease(key, LeaseMode.ALWAYS, ofSeconds(30), null));
        assertThat(await(level.fill(key, ((LeaseAnswer.Granted) answer).token(), value.getBytes(), TTL, ZERO)))
                .isTrue();
    }

    @Test
    void aServerThatComesLaterIsFoundAndWhatWasInvalidatedBeforeIsSent() throws Exception {
        server.kill();
        var node = new FarNode();
        RedisFarLevel level = open(server.uri(), node);
        assertFails(level.read(List.of(key("a"))));
        assertThat(await(level.invalidate(List.of(key("a")), false))).isEqualTo(Ack.PENDING);
        until(() -> level.state().trouble().equals("Redis cannot be reached"));
        server.restart();
        until(() -> level.state().reachable() && level.state().queued() == 0 && node.coherence.untrusted() == 0);
        assertThat(readOr(level, key("a"))).isInstanceOf(FarRead.Miss.class);
        assertThat(level.state().trouble()).isEmpty();
    }

    @Test
    void ofManyReadersOnlyTheFirstWaitsForAServerThatHangs() throws Exception {
        var node = new FarNode();
        Redis redis = Redis.builder(server.uri()).patience(ofMillis(200)).build();
        RedisFarLevel level = open(redis, node, 10_000);
        until(() -> level.state().reachable() && node.coherence.untrusted() == 0);
        fill(level, key("a"), "v");
        server.pause();
        CompletionStage<List<FarRead>> first = level.read(List.of(key("a")));
        Thread.sleep(300);
        for (int i = 0; i < 100; i++) {
            CompletionStage<List<FarRead>> later = level.read(List.of(key("a")));
            assertThat(later.toCompletableFuture()).isCompletedExceptionally();
        }
        assertThat(first.toCompletableFuture()).isNotDone();
        server.resume();
        assertThat(await(first).get(0)).isInstanceOf(FarRead.Hit.class);
        until(() -> readOr(level, key("a")) instanceof FarRead.Hit);
    }

    @Test
    void anInvalidationWhoseOutcomeIsUnknownIsPendingAndSentAgain() throws Exception {
        var node = new FarNode();
        RedisFarLevel level = ready(server.uri(), node);
        fill(level, key("a"), "old");
        server.pause();
        Ack ack = await(level.invalidate(List.of(key("a")), false));
        assertThat(ack).isEqualTo(Ack.PENDING);
        assertThat(await(level.read(List.of(key("a"))))).containsExactly(new FarRead.Bypassed());
        until(() -> node.events.contains(new CacheEvent.Disconnected()));
        server.resume();
        until(() -> {
            assertThat(readOr(level, key("a")) instanceof FarRead.Hit).isFalse();
            return level.state().queued() == 0;
        });
        until(() -> node.events.contains(new CacheEvent.Reconnected()));
    }

    @Test
    void aCutIsSeenAtOnceAndHealsByItself() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(server)) {
            var node = new FarNode();
            RedisFarLevel level = ready(proxy.uri(), node);
            fill(level, key("a"), "v");
            proxy.cut();
            until(() -> !level.state().reachable());
            assertThat(await(level.invalidate(List.of(key("b")), false))).isEqualTo(Ack.PENDING);
            assertFails(level.read(List.of(key("a"))));
            proxy.heal();
            until(() -> level.state().reachable() && level.state().queued() == 0);
            assertThat(readOr(level, key("a"))).isInstanceOf(FarRead.Hit.class);
        }
    }

    @Test
    void aConnectionThatIsHalfOpenIsGivenUpAndMadeAnew() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(server)) {
            var node = new FarNode();
            RedisFarLevel level = ready(proxy.uri(), node);
            proxy.halfOpen();
            assertThat(await(level.invalidate(List.of(key("a")), false))).isEqualTo(Ack.PENDING);
            until(() -> !level.state().reachable() && node.coherence.untrusted() == FarKey.BUCKETS);
            proxy.heal();
            until(() -> level.state().reachable() && level.state().queued() == 0 && node.coherence.untrusted() == 0);
        }
    }

    @Test
    void aQueueThatIsFullHoldsRootsInsteadAndTakesNothingLess() throws Exception {
        var node = new FarNode();
        Redis redis = Redis.builder(server.uri()).patience(ofSeconds(5)).build();
        RedisFarLevel level = open(redis, node, 100);
        until(() -> level.state().reachable() && node.coherence.untrusted() == 0);
        List<FarKey> keys = IntStream.range(0, 150).mapToObj(i -> key("k" + i)).toList();
        for (int i = 0; i < 150; i += 10) {
            fill(level, keys.get(i), "old");
        }
        var scoped = new FarKey("c", 1, "", "s", List.of("u", "u/p"));
        fill(level, scoped, "old");
        server.kill();
        until(() -> !level.state().reachable());
        await(level.invalidateScope(new Dropped.Scope("c", "u/p"), 1, false));
        for (FarKey key : keys) {
            assertThat(await(level.invalidate(List.of(key), false))).isEqualTo(Ack.PENDING);
        }
        assertThat(level.state().queued()).isBetween(1, 100 + FarKey.BUCKETS);
        assertThat(await(level.read(keys))).allMatch(FarRead.Bypassed.class::isInstance);
        assertThat(await(level.read(List.of(scoped)))).containsExactly(new FarRead.Bypassed());
        until(() -> node.events.contains(new CacheEvent.QueueOverflowed("c")));
        server.restart();
        until(() -> level.state().queued() == 0);
        assertThat(await(level.read(keys))).allMatch(FarRead.Miss.class::isInstance);
        assertThat(readOr(level, scoped)).isInstanceOf(FarRead.Miss.class);
    }

    @Test
    void aServerThatForgotIsToldTheLastMinuteAgain() throws Exception {
        try (RedisServer forgetful = RedisServer.start()) {
            var node = new FarNode();
            RedisFarLevel level = ready(forgetful.uri(), node);
            assertThat(await(level.invalidate(List.of(key("a"), key("b")), false)))
                    .isEqualTo(Ack.DONE);
            forgetful.restart();
            until(() -> node.events.contains(new CacheEvent.Resent(2)));
            until(() -> level.state().queued() == 0 && node.coherence.untrusted() == 0);
            level.close();
        }
    }

    @Test
    void lostMessagesAreFoundOutByTheNextHeartbeat() throws Exception {
        for (double share : new double[] {0.01, 0.5, 1}) {
            try (FaultProxy proxy = FaultProxy.to(server)) {
                var far = new FarNode();
                var near = new FarNode();
                RedisFarLevel writer = ready(server.uri(), far);
                RedisFarLevel reader = ready(proxy.uri(), near);
                near.flushed.clear();
                proxy.dropFromServer(share, 42);
                for (int i = 0; i < 100; i++) {
                    assertThat(await(writer.invalidate(List.of(key("k" + i)), false)))
                            .isEqualTo(Ack.DONE);
                }
                long dropped = proxy.dropped();
                for (int i = 0; i < 100; i++) {
                    String name = "k" + i;
                    int bucket = key(name).bucket();
                    until(() -> near.dropped.contains(new Dropped.Keys("c", List.of(name)))
                            || near.flushed.contains(bucket));
                }
                assertThat(share < 0.1 || dropped > 0).isTrue();
                reader.close();
                writer.close();
            }
        }
    }

    @Test
    void aNodeWhoseBusIsFloodedDropsMessagesAndFindsOutByTheNextHeartbeat() throws Exception {
        var handling = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var first = new AtomicBoolean(true);
        var heard = new FarNode();
        var halting = new Coherence(Ticker.system(), ofMillis(1_500), new Coherence.NearLevels() {
            @Override
            public void drop(int bucket, Dropped dropped) {
                if (first.getAndSet(false)) {
                    handling.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                heard.drop(bucket, dropped);
            }

            @Override
            public void flush(int bucket) {
                heard.flush(bucket);
            }

            @Override
            public void event(CacheEvent event) {
                heard.event(event);
            }
        });
        RedisFarLevel writer = ready(server.uri(), new FarNode());
        Redis redis = Redis.builder(server.uri()).patience(ofSeconds(5)).build();
        opened.add(0, redis);
        var reader = new RedisFarLevel(redis, "outage", halting, new JacksonCodecs(4_096)).start();
        opened.add(0, reader);
        until(() -> halting.untrusted() == 0);
        await(writer.invalidate(List.of(key("first")), false));
        assertThat(handling.await(60, SECONDS)).isTrue();
        server.command(
                "EVAL",
                "for i = 1, 11000 do redis.call('PUBLISH', ARGV[1], '3 x:x x:x k c noise') end",
                "0",
                new Keys("outage").channel());
        until(() -> reader.bus().overflowed() >= 1_000);
        assertThat(await(writer.invalidate(List.of(key("lost")), false))).isEqualTo(Ack.DONE);
        until(() -> halting.untrusted() == FarKey.BUCKETS);
        heard.flushed.clear();
        goOn.countDown();
        until(() -> halting.untrusted() == 0);
        assertThat(heard.dropped).doesNotContain(new Dropped.Keys("c", List.of("lost")));
        assertThat(heard.flushed).contains(key("lost").bucket());
        assertThat(reader.bus().messages()).isLessThanOrEqualTo(10_001);
    }

    @Test
    void whatTimeItIsAtAServerIsForgottenWithIt() throws Exception {
        RedisFarLevel level = ready(server.uri(), new FarNode());
        fill(level, key("a"), "v");
        until(() -> level.clock().now(63) != RedisClock.UNKNOWN);
        server.kill();
        until(() -> !level.state().reachable());
        until(() ->
                IntStream.range(0, FarKey.BUCKETS).allMatch(b -> level.clock().now(b) == RedisClock.UNKNOWN));
    }

    @Test
    void theSecondOfTwoInvalidationsDuringAReplayIsNotLost() throws Exception {
        var queue = new InvalidationQueue(10, cache -> {});
        Target target = Target.of(key("a"));
        queue.add(List.of(target));
        var sending = queue.all();
        queue.add(List.of(target));
        queue.sent(sending);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.covers(key("a"), key("a").bucket())).isTrue();
    }
}
