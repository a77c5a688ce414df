package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.spi.FarLevelDouble;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CacheMetricsTest {

    private final AtomicLong time = new AtomicLong();
    private final FarLevelDouble.Server server = new FarLevelDouble.Server(time::get);
    private final CacheNode node = new CacheNode(server, time::get, MemorySettings.defaults());
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        node.close();
    }

    private TieredCache<String, String> cache(String name) {
        return node.cache(name, String.class, String.class)
                .shared()
                .loader(key -> {
                    if (key.equals("failing-canary")) {
                        throw new IllegalStateException("down");
                    }
                    return "value-canary";
                })
                .build();
    }

    @Test
    void everyNumberIsAMeterOfItsCache() {
        TieredCache<String, String> cache = cache("c");
        new CacheMetrics(node).bindTo(registry);
        cache.get("canary");
        cache.get("canary");
        assertThatThrownBy(() -> cache.get("failing-canary")).isInstanceOf(CacheLoadException.class);
        cache.invalidate("canary");
        server.goAway();
        cache.invalidate("canary");
        assertThat(count("near.hits")).isEqualTo(1);
        assertThat(count("loads")).isEqualTo(1);
        assertThat(count("loads.failed")).isEqualTo(1);
        assertThat(count("invalidations")).isEqualTo(2);
        assertThat(count("invalidations.pending")).isEqualTo(1);
        for (String zero :
                new String[] {"far.hits", "stale.hits", "joined", "unreadable", "fills.refused", "far.failures"}) {
            assertThat(count(zero)).as(zero).isZero();
        }
        assertThat(registry.get("mneme.cache.near.entries")
                        .tag("cache", "c")
                        .gauge()
                        .value())
                .isZero();
        assertThat(registry.getMeters())
                .as("as many as there are numbers, and three of health")
                .hasSize(CacheStats.class.getRecordComponents().length + 3);
    }

    @Test
    void theHealthOfAllCachesIsThreeGauges() {
        new CacheMetrics(node).bindTo(registry);
        assertThat(gauge("connected")).isEqualTo(1);
        assertThat(gauge("buckets.untrusted")).isZero();
        assertThat(gauge("invalidations.queued")).isZero();
        TieredCache<String, String> cache = cache("c");
        server.goAway();
        cache.invalidate("canary");
        time.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(gauge("connected")).isZero();
        assertThat(gauge("buckets.untrusted")).isEqualTo(64);
        assertThat(gauge("invalidations.queued")).isEqualTo(1);
    }

    @Test
    void theOnlyTagIsTheCacheAndBindingAgainAddsOnlyWhatIsNew() {
        cache("one").get("canary");
        new CacheMetrics(node).bindTo(registry);
        int meters = registry.getMeters().size();
        new CacheMetrics(node).bindTo(registry);
        assertThat(registry.getMeters()).hasSize(meters);
        cache("two");
        new CacheMetrics(node).bindTo(registry);
        assertThat(registry.getMeters()).hasSize(2 * meters - 3);
        assertThat(registry.getMeters()).allSatisfy(meter -> {
            assertThat(meter.getId().getTags()).isSubsetOf(Tag.of("cache", "one"), Tag.of("cache", "two"));
            assertThat(meter.getId().toString()).doesNotContain("canary");
        });
    }

    private double count(String meter) {
        return registry.get("mneme.cache." + meter)
                .tag("cache", "c")
                .functionCounter()
                .count();
    }

    private double gauge(String meter) {
        return registry.get("mneme.cache." + meter).gauge().value();
    }
}
