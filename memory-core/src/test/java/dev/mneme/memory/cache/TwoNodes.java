package dev.mneme.memory.cache;

import static java.time.Duration.ofSeconds;

import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.spi.FarLevelDouble;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Two nodes over one far level, one truth behind them, and time that is moved. */
@Timeout(120)
abstract class TwoNodes {

    static final String KEY = "ann";
    static final Duration BOUND = CacheNode.BOUND;

    final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000);
    final FarLevelDouble.Server server = new FarLevelDouble.Server(time::get);
    final CacheNode here = node();
    final CacheNode there = node();
    final AtomicReference<@Nullable String> truth = new AtomicReference<>("old");
    final AtomicInteger loads = new AtomicInteger();
    final ExecutorService readers = Executors.newCachedThreadPool();

    CacheNode node() {
        return new CacheNode(server, time::get, MemorySettings.defaults());
    }

    @AfterEach
    void close() {
        readers.shutdownNow();
        here.close();
        there.close();
    }

    CacheBuilder<String, String> cache(CacheNode node) {
        return node.cache("c", String.class, String.class)
                .shared()
                .ttl(ofSeconds(60))
                .jitter(0)
                .farTimeout(ofSeconds(20))
                .hardTimeout(ofSeconds(CacheFixture.GUARD_SECONDS))
                .loader(key -> load());
    }

    @Nullable
    String load() {
        loads.incrementAndGet();
        return truth.get();
    }

    void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
    }

    void beat() {
        here.far.heartbeat();
        there.far.heartbeat();
    }

    <T> CompletableFuture<T> inBackground(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, readers);
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        return CacheFixture.await(future);
    }
}
