package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.MemorySettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long and how much a node holds near. */
class NearLevelTest extends TwoNodes {

    private final AtomicReference<Duration> delay = new AtomicReference<>(Duration.ZERO);
    private final CacheNode slow = new CacheNode(
            server, time::get, MemorySettings.defaults(), level -> new SlowFarLevel(level, () -> pass(delay.get())));

    @Test
    void aNearValueNeverOutlivesTheFarOneHoweverLateTheLeaseCameBack() {
        TieredCache<String, String> a = cache(slow).build();
        delay.set(ofMillis(700));
        a.get(KEY);
        delay.set(Duration.ZERO);
        assertFarAndNearEndTogether(a, ofSeconds(60).minusMillis(700));
    }

    @Test
    void aNearValueNeverOutlivesTheFarOneHoweverLateItCameBack() {
        cache(here).build().get(KEY);
        TieredCache<String, String> a = cache(slow).build();
        pass(ofSeconds(10));
        slow.far.heartbeat();
        delay.set(ofMillis(700));
        a.get(KEY);
        delay.set(Duration.ZERO);
        assertFarAndNearEndTogether(a, ofSeconds(50).minusMillis(700));
    }

    @Test
    void aNearValueNeverOutlivesTheFarOneAmongManyKeysEither() {
        cache(here).build().get(KEY);
        TieredCache<String, String> a = cache(slow).build();
        delay.set(ofMillis(300));
        a.getAll(List.of(KEY, "bob"));
        delay.set(Duration.ZERO);
        slow.far.heartbeat();
        assertThat(a.find("bob")).isPresent();
        // KEY was granted before the delays, bob in the middle of them
        pass(ofSeconds(60).minusMillis(600));
        slow.far.heartbeat();
        assertThat(a.lookup(KEY)).as("as far").isEqualTo(new Lookup.Miss<>());
        pass(ofMillis(300));
        slow.far.heartbeat();
        assertThat(a.lookup("bob")).as("as far").isEqualTo(new Lookup.Miss<>());
    }

    private void assertFarAndNearEndTogether(TieredCache<String, String> cache, Duration left) {
        pass(left.minusMillis(701));
        slow.far.heartbeat();
        assertThat(cache.find(KEY)).isPresent();
        pass(ofMillis(701));
        slow.far.heartbeat();
        assertThat(cache.lookup(KEY)).isEqualTo(new Lookup.Miss<>());
        truth.set("new");
        assertThat(cache.get(KEY)).isEqualTo("new");
    }

    @Test
    void aSlowLoadDoesNotMakeItsValueLiveLonger() {
        TieredCache<String, String> a = cache(here)
                .loader(key -> {
                    pass(ofSeconds(20));
                    return load();
                })
                .build();
        a.get(KEY);
        pass(ofSeconds(39));
        here.far.heartbeat();
        assertThat(a.lookup(KEY)).isEqualTo(new Lookup.Hit<>("old", Level.NEAR, ofSeconds(59), false));
        pass(ofSeconds(1));
        here.far.heartbeat();
        assertThat(a.lookup(KEY)).isEqualTo(new Lookup.Miss<>());
    }

    @Test
    void jitterShortensTheTimesOfBothLevelsAndNeverLengthensThem() {
        TieredCache<String, String> a =
                cache(here).jitter(0.5).nearTtl(ofSeconds(40)).build(); // the random number is a half: a quarter less
        a.get(KEY);
        pass(ofSeconds(30).minusMillis(1));
        here.far.heartbeat();
        assertThat(((Lookup.Hit<String>) a.lookup(KEY)).level()).isEqualTo(Level.NEAR);
        pass(ofMillis(1));
        here.far.heartbeat();
        assertThat(((Lookup.Hit<String>) a.lookup(KEY)).level()).isEqualTo(Level.FAR);
        pass(ofSeconds(15));
        here.far.heartbeat();
        assertThat(a.lookup(KEY)).as("45 of 60 s").isEqualTo(new Lookup.Miss<>());
    }

    @Test
    void aValueIsRenewedEarlyByOneReadAndServedMeanwhile() throws Exception {
        var halt = new CacheFixture.Halt();
        var first = new AtomicBoolean(true);
        TieredCache<String, String> a = cache(here)
                .earlyRefresh(0.5)
                .loader(key -> {
                    if (!first.getAndSet(false)) {
                        halt.here();
                    }
                    return load();
                })
                .build();
        a.get(KEY);
        truth.set("new");
        pass(ofSeconds(30).minusMillis(1));
        here.far.heartbeat();
        a.get(KEY);
        assertThat(server.calls("lease")).as("not yet").isEqualTo(1);
        pass(ofMillis(1));
        for (int i = 0; i < 10; i++) {
            assertThat(a.get(KEY)).isEqualTo("old");
        }
        halt.awaitEntered();
        halt.release();
        CacheFixture.until(() -> a.stats().loads() == 2);
        assertThat(a.get(KEY)).isEqualTo("new");
        assertThat(loads).hasValue(2);
    }

    @Test
    void twoNodesRenewAValueOnceBetweenThem() throws Exception {
        var halt = new CacheFixture.Halt();
        var first = new AtomicBoolean(true);
        TieredCache<String, String> a = cache(here)
                .earlyRefresh(0.5)
                .loader(key -> {
                    if (!first.getAndSet(false)) {
                        halt.here();
                    }
                    return load();
                })
                .build();
        TieredCache<String, String> b = cache(there).earlyRefresh(0.5).build();
        a.get(KEY);
        b.get(KEY);
        truth.set("new");
        pass(ofSeconds(40));
        beat();
        a.get(KEY);
        halt.awaitEntered();
        int leases = server.calls("lease");
        b.get(KEY);
        CacheFixture.until(() -> server.calls("lease") > leases);
        halt.release();
        CacheFixture.until(() -> a.get(KEY).equals("new"));
        CacheFixture.until(() -> b.stats().farHits() == 2); // the other takes what the first has stored
        assertThat(loads).hasValue(2);
    }

    @Test
    void noMoreIsHeldThanAllowed() {
        TieredCache<String, String> byCount = here.cache("count", String.class, String.class)
                .shared()
                .nearEntries(10)
                .loader(key -> key)
                .build();
        TieredCache<String, String> byWeight = here.cache("weight", String.class, String.class)
                .shared()
                .nearWeight(100, (key, value) -> 10)
                .loader(key -> key)
                .build();
        IntStream.range(0, 500).forEach(i -> {
            byCount.get("k" + i);
            byWeight.get("k" + i);
        });
        CacheFixture.until(() -> byCount.stats().nearEntries() <= 10);
        CacheFixture.until(() -> byWeight.stats().nearEntries() <= 10);
        assertThat(byCount.get("k0")).isEqualTo("k0");
    }

    @Test
    void aLookupDoesNotPushOutWhatAReaderBroughtInMeanwhile() throws Exception {
        cache(here).build().get(KEY);
        TieredCache<String, String> b = cache(there).build();
        server.hold();
        CompletableFuture<String> reader = inBackground(() -> b.get(KEY));
        CacheFixture.until(() -> server.calls("read") == 2);
        CompletableFuture<Lookup<String>> lookup = inBackground(() -> b.lookup(KEY));
        CacheFixture.until(() -> server.calls("read") == 3);
        server.answer();
        await(reader);
        await(lookup);
        assertThat(((Lookup.Hit<String>) b.lookup(KEY)).level()).isEqualTo(Level.NEAR);
        assertThat(loads).hasValue(1);
    }
}
