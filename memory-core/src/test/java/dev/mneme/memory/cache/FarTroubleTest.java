package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarLevelException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Values that cannot be written or read, and a far level that answers late or not at all. */
class FarTroubleTest extends TwoNodes {

    /** Writes texts, and fails when a test says so. */
    private static final class Codec implements ValueCodec<String> {
        final AtomicBoolean unreadable = new AtomicBoolean();

        @Override
        public byte[] encode(String value) {
            if (value.startsWith("bad")) {
                throw new IllegalArgumentException("canary " + value);
            }
            return value.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) {
            if (unreadable.get()) {
                throw new IllegalStateException("canary");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private final Codec codec = new Codec();

    @Test
    void aFarValueThatCannotBeReadIsLoadedAnewAndReplaced() {
        TieredCache<String, String> a = cache(here).valueCodec(codec).build();
        TieredCache<String, String> b = cache(there).valueCodec(codec).build();
        var told = new CopyOnWriteArrayList<CacheEvent>();
        b.onEvent(told::add);
        a.get(KEY);
        codec.unreadable.set(true);
        truth.set("new");
        assertThat(b.find(KEY)).isEmpty();
        assertThat(b.get(KEY)).isEqualTo("new");
        codec.unreadable.set(false);
        assertThat(loads).hasValue(2);
        assertThat(b.stats().unreadable()).isEqualTo(2);
        CacheFixture.until(() -> told.size() == 2);
        assertThat(told).containsOnly(new CacheEvent.Unreadable("c"));
        a.bypass(true);
        a.bypass(false);
        assertThat(a.lookup(KEY))
                .as("what was loaded is far")
                .isEqualTo(new Lookup.Hit<>("new", Level.FAR, ofMillis(0), false));
    }

    @Test
    void unreadableValuesAmongManyAreLoadedAnew() {
        TieredCache<String, String> a = cache(here).valueCodec(codec).build();
        TieredCache<String, String> b = cache(there)
                .valueCodec(codec)
                .bulkLoader(keys -> Map.of(KEY, "bulk", "bob", "bulk"))
                .build();
        a.getAll(List.of(KEY, "bob"));
        codec.unreadable.set(true);
        assertThat(b.getAll(List.of(KEY, "bob")).orThrow().keySet()).containsExactly(KEY, "bob");
        assertThat(b.stats().unreadable()).isEqualTo(2);
    }

    @Test
    void aValueThatCannotBeWrittenFailsItsReaderAndIsStoredNowhere() {
        truth.set("bad canary");
        TieredCache<String, String> a = cache(here).valueCodec(codec).build();
        assertThatThrownBy(() -> a.get(KEY))
                .isInstanceOfSatisfying(
                        CacheLoadException.class, e -> assertThat(e.reason()).isEqualTo(CacheEvent.Cause.UNSTORABLE))
                .hasMessage("cache c: its codec cannot write the value");
        storedNowhere(a);
    }

    @Test
    void aValueThatIsTooLargeFailsItsReaderAndIsStoredNowhere() {
        truth.set("canary");
        TieredCache<String, String> a =
                cache(here).valueCodec(codec).maxValueBytes(5).build();
        assertThatThrownBy(() -> a.get(KEY))
                .isInstanceOf(CacheLoadException.class)
                .hasMessage("cache c: a value must have at most 5 bytes once written, had 6");
        storedNowhere(a);
        truth.set("fives");
        assertThat(a.get("bob")).isEqualTo("fives");
    }

    private void storedNowhere(TieredCache<String, String> a) {
        assertThat(a.lookup(KEY)).isEqualTo(new Lookup.Miss<>());
        assertThat(a.stats().nearEntries()).isZero();
        assertThat(server.calls("fill")).isZero();
        assertThat(server.calls("release")).as("others may load at once").isEqualTo(1);
        TieredCache<String, String> b = cache(there).build();
        assertThat(b.get(KEY)).isEqualTo(truth.get());
    }

    @Test
    void aLoadThatFailsOrGivesWhatIsNotStoredFreesItsLease() {
        TieredCache<String, String> a = cache(here)
                .loader((key, context) -> {
                    if (key.equals("failing")) {
                        throw new IllegalStateException("down");
                    }
                    context.doNotStore();
                    return key.equals("absent") ? null : "value";
                })
                .build();
        assertThatThrownBy(() -> a.get("failing")).isInstanceOf(CacheLoadException.class);
        a.get("unstored");
        a.getOptional("absent");
        assertThat(server.calls("release")).isEqualTo(3);
        assertThat(server.calls("fill")).isZero();
    }

    @Test
    void aLeaseThatIsGrantedTooLateIsGivenBack() {
        TieredCache<String, String> a = cache(here).farTimeout(ofMillis(20)).build();
        server.hold();
        assertThat(a.get(KEY)).as("without the far level").isEqualTo("old");
        assertThat(a.refresh(KEY)).isEqualTo("old");
        assertThat(a.getAll(List.of("k1", "k2")).values()).hasSize(2);
        assertThat(a.stats().farFailures()).isGreaterThanOrEqualTo(3);
        int leases = server.calls("lease");
        assertThat(leases).isPositive();
        server.answer();
        CacheFixture.until(() -> server.calls("release") == leases);
        assertThat(server.calls("fill")).isZero();
        assertThat(cache(there).build().get(KEY)).as("is not kept waiting").isEqualTo("old");
    }

    @Test
    void aValueThatTheFarLevelDidNotTakeGivesItsLeaseBack() {
        var deaf = new CacheNode(server, time::get, MemorySettings.defaults(), FarTroubleTest::withoutFills);
        assertThat(cache(deaf).build().get(KEY)).isEqualTo("old");
        assertThat(server.calls("release")).isEqualTo(1);
        assertThat(cache(there).build().get(KEY)).as("is not kept waiting").isEqualTo("old");
        deaf.close();
    }

    /** A far level whose fills are lost on their way. */
    private static FarLevel withoutFills(FarLevel behind) {
        return (FarLevel) Proxy.newProxyInstance(
                FarLevel.class.getClassLoader(),
                new Class<?>[] {FarLevel.class},
                (proxy, method, args) -> method.getName().equals("fill")
                        ? CompletableFuture.failedFuture(new FarLevelException("lost", null))
                        : method.invoke(behind, args));
    }

    @Test
    void aLeaseThatComesToALoadThatWasInterruptedIsGivenBack() {
        var onTheWayBack = new AtomicReference<Runnable>(() -> {});
        var slow = new CacheNode(
                server,
                time::get,
                MemorySettings.defaults(),
                level -> new SlowFarLevel(level, () -> onTheWayBack.get().run()));
        TieredCache<String, String> inner = cache(slow).build();
        TieredCache<String, String> outer = slow.cache("outer", String.class, String.class)
                .shared()
                .farTimeout(ofSeconds(20))
                .hardTimeout(ofMillis(50))
                .loader(key -> {
                    onTheWayBack.set(server::hold); // once it is known that nothing is far, before the lease
                    return inner.get(key);
                })
                .build();
        assertThatThrownBy(() -> outer.get(KEY)).isInstanceOf(CacheLoadException.class);
        CacheFixture.until(() -> inner.stats().failedLoads() == 1);
        onTheWayBack.set(() -> {});
        server.answer();
        CacheFixture.until(() -> server.calls("release") == 2); // of both loads
        assertThat(server.calls("lease")).isEqualTo(2);
        assertThat(cache(there).build().get(KEY)).as("is not kept waiting").isEqualTo("old");
        slow.close();
    }

    @Test
    void aNodeThatClosesGivesTheLeasesOfItsLoadsBack() throws Exception {
        var halt = new CacheFixture.Halt();
        TieredCache<String, String> a = cache(here)
                .loader(key -> {
                    halt.here();
                    return load();
                })
                .build();
        CompletableFuture<String> reader = inBackground(() -> a.get(KEY));
        halt.awaitEntered();
        here.close();
        assertThat(server.calls("release")).isEqualTo(1);
        assertThat(cache(there).build().get(KEY)).as("is not kept waiting").isEqualTo("old");
        halt.release();
        assertThatThrownBy(() -> await(reader)).hasCauseInstanceOf(CacheLoadException.class);
    }

    @Test
    void aFarReadThatIsLateIsNotWaitedForAndTheValueStaysNear() {
        TieredCache<String, String> a = cache(here).farTimeout(ofMillis(20)).build();
        server.hold();
        a.get(KEY);
        assertThat(a.get(KEY)).isEqualTo("old");
        assertThat(loads).hasValue(1);
        assertThat(a.stats().nearHits()).isEqualTo(1);
    }

    @Test
    void anErasureThatTheFarLevelCannotConfirmThrowsAndHasErasedHere() {
        TieredCache<String, String> owned = here.cache("owned", String.class, String.class)
                .owner(Tenant::of)
                .farTimeout(ofSeconds(20))
                .loader(key -> load())
                .build();
        owned.get(KEY);
        server.goAway();
        assertThatThrownBy(() -> here.erase(Tenant.of(KEY))).isInstanceOf(FarLevelException.class);
        assertThat(owned.find(KEY)).isEmpty();
    }

    @Test
    void aReaderThatIsInterruptedWhileTheFarLevelIsSlowLeavesTheLoadToTheOthers() throws Exception {
        TieredCache<String, String> a = cache(here).build();
        server.hold();
        var failed = new CompletableFuture<Throwable>();
        var first = new Thread(() -> {
            try {
                a.getAll(List.of(KEY, "bob"));
            } catch (CacheLoadException e) {
                failed.complete(e);
            }
            failed.complete(new AssertionError("not told"));
        });
        first.start();
        CacheFixture.until(() -> server.calls("read") == 1);
        CompletableFuture<String> second = inBackground(() -> a.get(KEY));
        CacheFixture.until(() -> a.stats().joined() == 1);
        first.interrupt();
        await(failed);
        server.answer();
        assertThat(await(second)).isEqualTo("old");
    }

    @Test
    void twoReleasesWithNeighbouringSchemasDoNotReadEachOtherAndHearEachOther() {
        TieredCache<String, String> before = cache(here).schema(1).build();
        TieredCache<String, String> after = cache(there).schema(2).build();
        before.get(KEY);
        after.get(KEY);
        assertThat(loads).hasValue(2);
        before.get(KEY);
        after.get(KEY);
        assertThat(loads).as("no ping-pong").hasValue(2);
        truth.set("new");
        before.invalidate(KEY).orThrow();
        assertThat(after.get(KEY)).isEqualTo("new");
        truth.set("newer");
        after.invalidate(KEY).orThrow();
        assertThat(before.get(KEY)).isEqualTo("newer");
    }

    @Test
    void aMessageWithAKeyInAFormThatIsNotKnownCostsTheBucketItsEntries() {
        TieredCache<String, String> texts = cache(here).build();
        texts.get(KEY);
        TieredCache<Long, String> numbers = there.cache("c", Long.class, String.class)
                .shared()
                .loader(key -> "n")
                .build();
        for (long key = 0; key < 1_000; key++) {
            numbers.get(key);
        }
        assertThat(numbers.stats().nearEntries()).isEqualTo(1_000);
        texts.invalidate(KEY).orThrow();
        long served = LongStream.range(0, 1_000)
                .filter(key -> numbers.lookup(key) instanceof Lookup.Hit<String> hit && hit.level() == Level.NEAR)
                .count();
        assertThat(served).as("of 1,000 in 64 buckets").isLessThan(1_000).isGreaterThan(900);
    }
}
