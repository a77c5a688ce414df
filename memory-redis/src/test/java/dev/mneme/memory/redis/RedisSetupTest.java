package dev.mneme.memory.redis;

import static dev.mneme.memory.cache.spi.FarLevelContract.await;
import static dev.mneme.memory.cache.spi.FarLevelContract.key;
import static dev.mneme.memory.cache.spi.FarLevelContract.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.HealthCheck;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarNode;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseAnswer;
import dev.mneme.memory.cache.spi.LeaseMode;
import dev.mneme.servers.RedisServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Set-ups that cannot work say why; those that do cost what they should. */
class RedisSetupTest {

    private static final String SECRET = "hunter2Secret";
    private static final String REFUSED = "Redis refuses the user or the password";
    private static final String FORBIDDEN =
            "Redis forbids this user what is needed: allow the commands of its keys, scripts, PUBLISH and SUBSCRIBE";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://:hunter2Secret@host",
                "redis:/:hunter2Secret@host",
                "redis://:hunter2Secret@host:port",
                "redis-sentinel://hunter2Secret@host:1",
                "hunter2Secret",
                ""
            })
    void aMalformedUriIsRefusedAtOnceAndNotRepeated(String uri) {
        assertThatThrownBy(() -> Redis.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a Redis URI must be like redis://")
                .hasMessageNotContaining(SECRET)
                .hasNoCause();
    }

    @Test
    void whatIsWellFormedIsTaken() {
        for (String uri : List.of(
                "redis://my_host",
                "rediss://user:pa%2Fss@host:6380/2",
                "redis://[::1]:6379",
                "redis-sentinel://:pw@a:1,b:2#name")) {
            Redis.connect(uri).close();
        }
    }

    @Test
    void aRedisNeedsAUriAndSentinelsStandAlone() {
        assertThatThrownBy(Redis::connect).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Redis.connect("redis-sentinel://a:1#m", "redis://b:1"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Redis.builder("redis://a:1").timeout(ZERO))
                .hasMessage("timeout must be more than zero and at most 10 min, was PT0S");
    }

    private static void expectTrouble(Redis redis, String line) throws Exception {
        try (redis) {
            until(() -> redis.trouble().equals(line));
            HealthCheck.Result result = redis.health().check();
            assertThat(result.status()).isEqualTo(HealthCheck.Status.UNHEALTHY);
            assertThat(result.detail()).isEqualTo(line).doesNotContain(SECRET);
            assertThat(redis.isReachable()).isFalse();
        }
    }

    @Test
    void aWrongPasswordIsSaidInOneLineWithoutIt() throws Exception {
        try (RedisServer server = RedisServer.builder().password("right").start()) {
            expectTrouble(Redis.connect("redis://:" + SECRET + "@127.0.0.1:" + server.port()), REFUSED);
            expectTrouble(Redis.connect("redis://127.0.0.1:" + server.port()), "Redis asks for a password");
        }
    }

    @Test
    void tlsWhereThereIsNoneIsSaidInOneLine() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            expectTrouble(
                    Redis.builder("rediss://127.0.0.1:" + server.port())
                            .connectTimeout(ofSeconds(1))
                            .timeout(ofSeconds(1))
                            .build(),
                    "Redis does not answer in time: look whether its port speaks TLS");
        }
    }

    @Test
    void scriptsThatAreForbiddenAreSaidInOneLine() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            server.command("ACL", "SETUSER", "host", "on", ">pass", "~*", "&*", "+@all", "-@scripting");
            expectTrouble(Redis.connect("redis://host:pass@127.0.0.1:" + server.port()), FORBIDDEN);
            expectTrouble(Redis.connect("redis://host:" + SECRET + "@127.0.0.1:" + server.port()), REFUSED);
        }
    }

    @Test
    void aRightThatIsTakenAwayIsSaidAndTheServerIsNotCalledAway() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            server.command("ACL", "SETUSER", "host", "on", ">" + SECRET, "~*", "&*", "+@all");
            try (Redis redis = Redis.connect("redis://host:" + SECRET + "@127.0.0.1:" + server.port())) {
                var node = new FarNode();
                RedisFarLevel level = new RedisFarLevel(redis, "acl", node.coherence, new JacksonCodecs(4_096)).start();
                until(() -> level.state().reachable() && node.coherence.untrusted() == 0);
                server.command("ACL", "SETUSER", "host", "-@scripting");
                assertThatThrownBy(() -> await(level.lease(key("a"), LeaseMode.IF_MISSING, ofSeconds(30), null)))
                        .hasRootCauseMessage(FORBIDDEN);
                assertThat(await(level.invalidate(List.of(key("a")), false))).isEqualTo(Ack.PENDING);
                HealthCheck.Result result = redis.health().check();
                assertThat(result.status()).isEqualTo(HealthCheck.Status.DEGRADED);
                assertThat(result.detail()).isEqualTo(FORBIDDEN).doesNotContain(SECRET);
                server.command("ACL", "SETUSER", "host", "+@all");
                until(() -> level.state().queued() == 0);
                level.close();
            }
        }
    }

    @Test
    void aServerThatIsTooOldIsNamed() throws Exception {
        try (AgedServer server = AgedServer.start("6.0.9")) {
            expectTrouble(
                    Redis.connect("redis://:" + SECRET + "@127.0.0.1:" + server.port()),
                    "Redis 6.2 or newer is needed, this one is 6.0");
        }
        try (AgedServer server = AgedServer.start("6.2.0");
                Redis redis = Redis.connect("redis://127.0.0.1:" + server.port())) {
            until(redis::isReachable);
        }
        try (AgedServer server = AgedServer.startBeforeHello("5.0.14")) {
            expectTrouble(
                    Redis.connect("redis://127.0.0.1:" + server.port()),
                    "Redis 6.2 or newer is needed, this one is older");
        }
    }

    @Test
    void newerServersAreTakenAndOfWhatIsNoVersionTheBestIsHoped() {
        for (String version : List.of("6.2.0", "7.0.15", "10.0.0", "255.255.255", "unstable", "x.y", "")) {
            ServerInfo.of("redis_version:" + version + "\r\n").check();
        }
        ServerInfo.of("").check();
        assertThatThrownBy(() -> ServerInfo.of("redis_version:5.9.1\r\n").check())
                .hasMessage("Redis 6.2 or newer is needed, this one is 5.9");
    }

    @Test
    void aMissCostsThreeTripsAHitOneAndFillsPublishNothing() throws Exception {
        try (RedisServer server = RedisServer.start();
                Redis redis = Redis.builder(server.uri()).patience(ofSeconds(5)).build()) {
            var node = new FarNode();
            RedisFarLevel level = new RedisFarLevel(redis, "trips", node.coherence, new JacksonCodecs(4_096)).start();
            until(() -> level.state().reachable() && node.coherence.untrusted() == 0);
            fill(level, key("warm"));
            server.command("CONFIG", "RESETSTAT");
            for (int i = 0; i < 50; i++) {
                FarKey key = new FarKey("c", 1, "", "k" + i, List.of("u", "u/" + i % 3));
                assertThat(await(level.read(List.of(key))).get(0)).isInstanceOf(FarRead.Miss.class);
                fill(level, key);
            }
            Map<String, String> stats = server.info("commandstats");
            assertThat(stats.get("cmdstat_evalsha")).startsWith("calls=100,");
            assertThat(stats).doesNotContainKeys("cmdstat_publish", "cmdstat_eval");
            server.command("CONFIG", "RESETSTAT");
            List<FarKey> hundred = IntStream.range(0, 100)
                    .mapToObj(i -> new FarKey("c", 1, "", "k" + i, List.of("u", "u/" + i % 3)))
                    .toList();
            long before = mgets(server);
            assertThat(await(level.read(hundred))).hasSize(100);
            // heartbeats are MGETs too
            assertThat(mgets(server) - before).isLessThanOrEqualTo(3);
            assertThat(server.info("commandstats")).doesNotContainKeys("cmdstat_evalsha", "cmdstat_publish");
            level.close();
        }
    }

    private static long mgets(RedisServer server) {
        String stat = server.info("commandstats").getOrDefault("cmdstat_mget", "calls=0,");
        return Long.parseLong(stat.substring("calls=".length(), stat.indexOf(',')));
    }

    private static void fill(RedisFarLevel level, FarKey key) throws Exception {
        LeaseAnswer answer = await(level.lease(key, LeaseMode.IF_MISSING, ofSeconds(30), null));
        await(level.fill(key, ((LeaseAnswer.Granted) answer).token(), "v".getBytes(UTF_8), ofMinutes(5), ZERO));
    }

    @Test
    void whatIsNoFrameIsAMissAndIsFilledAnew() throws Exception {
        try (RedisServer server = RedisServer.start();
                Redis redis = Redis.builder(server.uri()).patience(ofSeconds(5)).build()) {
            var node = new FarNode();
            RedisFarLevel level = new RedisFarLevel(redis, "ns", node.coherence, new JacksonCodecs(4_096)).start();
            until(() -> level.state().reachable() && node.coherence.untrusted() == 0);
            FarKey key = key("a");
            fill(level, key);
            for (String garbled : new String[] {"", "x", "2".repeat(200), "1v" + "9".repeat(200)}) {
                server.command("SET", new Keys("ns").value(key, key.bucket()), garbled);
                assertThat(await(level.read(List.of(key))).get(0)).isInstanceOf(FarRead.Miss.class);
                fill(level, key);
                assertThat(await(level.read(List.of(key))).get(0)).isInstanceOf(FarRead.Hit.class);
            }
            level.close();
        }
    }

    @Test
    void twoMemoriesShareValuesAndInvalidations() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            try (Redis one = Redis.builder(server.uri()).patience(ofSeconds(5)).build();
                    Redis two =
                            Redis.builder(server.uri()).patience(ofSeconds(5)).build();
                    RedisMemory here = RedisMemory.on(one);
                    RedisMemory there = RedisMemory.on(two)) {
                until(() ->
                        here.far().state().reachable() && there.far().state().reachable());
                var truth = new AtomicInteger();
                var loads = new AtomicInteger();
                TieredCache<String, String> a = cache(here, truth, loads);
                TieredCache<String, String> b = cache(there, truth, loads);
                assertThat(a.get("key")).isEqualTo("value-0");
                assertThat(b.get("key")).isEqualTo("value-0");
                assertThat(loads).hasValue(1);
                truth.set(1);
                assertThat(a.invalidate("key")).isEqualTo(Ack.DONE);
                assertThat(a.get("key")).isEqualTo("value-1");
                until(() -> b.get("key").equals("value-1"));

                var registry = new SimpleMeterRegistry();
                new RedisMetrics(here).bindTo(registry);
                assertThat(registry.get("mneme.redis.reachable").gauge().value())
                        .isEqualTo(1);
                assertThat(registry.get("mneme.redis.calls").functionCounter().count())
                        .isPositive();
                assertThat(registry.getMeters())
                        .allSatisfy(meter -> assertThat(meter.getId().getTags()).isEmpty());
                server.kill();
                until(() -> !here.far().state().reachable());
                assertThat(a.invalidate("key")).isEqualTo(Ack.PENDING);
                assertThat(here.health().check().status()).isEqualTo(HealthCheck.Status.UNHEALTHY);
            }
        }
    }

    private static TieredCache<String, String> cache(RedisMemory memory, AtomicInteger truth, AtomicInteger loads) {
        return memory.cache("things", String.class, String.class)
                .shared()
                // a busy machine that runs tests may take its time
                .farTimeout(ofSeconds(5))
                .loader(key -> {
                    loads.incrementAndGet();
                    return "value-" + truth.get();
                })
                .build();
    }
}
