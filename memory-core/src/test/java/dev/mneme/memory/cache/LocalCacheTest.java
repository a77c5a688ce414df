package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.HealthCheck;
import dev.mneme.TypeRef;
import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The caches of one process. */
class LocalCacheTest extends TieredCacheContract {

    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000);

    @Override
    protected Memory open(MemorySettings settings) {
        return LocalMemory.create(settings, time::get);
    }

    @Override
    protected boolean timeCanBeMoved() {
        return true;
    }

    @Override
    protected void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
    }

    @Override
    protected boolean hasFarLevel() {
        return false;
    }

    @Test
    void aKeyOfAnyTypeWillDo() {
        TieredCache<List<Object>, int[]> cache = memory.cache(
                        "any", new TypeRef<List<Object>>() {}, new TypeRef<int[]>() {})
                .shared()
                .loader(key -> new int[] {key.size()})
                .build();
        assertThat(cache.get(List.of("a", 1, 'c'))).containsExactly(3);
        assertThat(cache.find(List.of("a", 1, 'c'))).isPresent();
        assertThat(cache.invalidate(List.of("a", 1, 'c'))).isEqualTo(Ack.DONE);
        assertThat(cache.find(List.of("a", 1, 'c'))).isEmpty();
    }

    @Test
    void aMemoryWithoutAServerIsAlwaysConnectedAndHealthy() throws Exception {
        assertThat(memory.health().check()).isEqualTo(HealthCheck.Result.healthy());
        assertThat(memory.cacheHealth()).isEqualTo(new CacheHealth(true, 0, Duration.ZERO, 0, false, ""));
    }
}
