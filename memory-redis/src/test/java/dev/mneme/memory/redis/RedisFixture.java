package dev.mneme.memory.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarLevelContract;
import dev.mneme.memory.cache.spi.FarNode;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Words for tests of far levels on a real Redis; each level has a {@link Redis} of its own, as nodes have. */
abstract class RedisFixture extends FarLevelContract {

    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    protected final String namespace = "test-" + NAMESPACES.incrementAndGet();
    protected final List<Redis> redises = new ArrayList<>();

    /** Where the server is, for a new node. */
    protected abstract Redis.Builder server();

    @Override
    protected FarLevel open(Coherence coherence) {
        Redis redis = server().build();
        redises.add(redis);
        return new RedisFarLevel(redis, namespace, coherence, new JacksonCodecs(JacksonCodecs.DEFLATE_ABOVE)).start();
    }

    @Override
    @AfterEach
    protected void closeAll() {
        super.closeAll();
        redises.forEach(Redis::close);
    }

    @Override
    protected void pass(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }

    @Override
    protected void heartbeat(FarLevel level) {
        ((RedisFarLevel) level).bus().beat();
    }

    /** The server that holds a key. */
    protected abstract RedisServer serverOf(String key);

    @Test
    void aLeaseOfOldScopesIsFreeThoughTheScopeIsThereAgain() throws Exception {
        FarKey key = new FarKey("c", 1, "", "p", List.of("u"));
        FarKey neighbour = new FarKey("c", 1, "", "q", List.of("u"));
        String old = granted(a, key);
        await(b.invalidateScope(new Dropped.Scope("c", "u"), 1, false));
        granted(b, neighbour);
        String token = granted(b, key);
        assertThat(fill(a, key, old, "old")).isFalse();
        assertThat(fill(b, key, token, "new")).isTrue();
        assertThat(text(hit(a, key))).isEqualTo("new");
    }

    @Test
    void aKeyIsFreeForAnotherWhenItsScopeFell() throws Exception {
        FarKey key = new FarKey("c", 1, "", "p", List.of("u"));
        fill(a, key, granted(a, key), "old");
        await(b.invalidateScope(new Dropped.Scope("c", "u"), 1, false));
        granted(b, new FarKey("c", 1, "", "q", List.of("u")));
        assertThat(read(a, key)).as("the scope is there, but another").isInstanceOf(FarRead.Miss.class);
        granted(b, key);
    }

    @Test
    void erasureFindsTheKeysOfAnOwnerAmongManyAndInEveryBucket() throws Exception {
        String[] noise = new String[5_001];
        noise[0] = "MSET";
        for (int i = 1; i < noise.length; i++) {
            noise[i] = i % 2 == 0 ? "" : "{noise}" + i;
        }
        serverOf("{noise}").command(noise);
        List<FarKey> mine = IntStream.range(0, 300)
                .mapToObj(i -> new FarKey("c", 1, "mine", "k" + i, List.of()))
                .toList();
        assertThat(mine.stream().map(FarKey::bucket).distinct()).hasSize(FarKey.BUCKETS);
        for (FarKey key : mine) {
            fill(a, key, granted(a, key), "v");
        }
        FarKey other = new FarKey("c", 1, "other", "k1", List.of());
        fill(a, other, granted(a, other), "v");
        assertThat(b.erase(Tenant.of("mine")).records()).isEqualTo(300);
        assertThat(await(a.read(mine))).allMatch(FarRead.Miss.class::isInstance);
        assertThat(read(a, other)).isInstanceOf(FarRead.Hit.class);
    }

    /** Nodes that are not ready to be trusted at once. */
    protected static void untilTrusted(FarNode... nodes) {
        for (FarNode node : nodes) {
            until(() -> node.coherence.untrusted() == 0);
        }
    }
}
