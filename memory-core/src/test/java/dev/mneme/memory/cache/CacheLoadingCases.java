package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Loaders that fail, hang, ask back, and are asked by many at once. */
abstract class CacheLoadingCases extends CacheDroppingCases {

    @Test
    protected void aLoaderThatThrowsFailsItsReadersAndLeavesNothingBehind() {
        var failing = new AtomicBoolean(true);
        TieredCache<UserKey, String> cache = users("c")
                .loader(key -> {
                    if (failing.get()) {
                        throw new IOException("down");
                    }
                    return "free";
                })
                .build();
        assertThatThrownBy(() -> cache.get(ANN))
                .isInstanceOfSatisfying(
                        CacheLoadException.class, e -> assertThat(e.reason()).isEqualTo(CacheEvent.Cause.THROWN))
                .hasMessage("cache c: the loader failed")
                .hasCauseInstanceOf(IOException.class);
        assertThat(cache.find(ANN)).isEmpty();
        failing.set(false);
        assertThat(cache.get(ANN)).isEqualTo("free");
        assertThat(cache.stats().failedLoads()).isEqualTo(1);
    }

    @Test
    protected void aLoaderThatThrowsAnErrorFailsItsReadersToo() {
        TieredCache<UserKey, String> cache = users("c")
                .loader(key -> {
                    throw new StackOverflowError();
                })
                .build();
        assertThatThrownBy(() -> cache.get(ANN))
                .isInstanceOf(CacheLoadException.class)
                .hasCauseInstanceOf(StackOverflowError.class);
        assertThat(cache.getAll(List.of(ANN, BOB)).failed()).containsOnlyKeys(ANN, BOB);
    }

    @Test
    protected void aLoaderThatHangsIsInterruptedAndItsReadersGoOn() throws Exception {
        var interrupted = new CountDownLatch(1);
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofMillis(200))
                .loader(key -> {
                    try {
                        new CountDownLatch(1).await();
                        return "never";
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                })
                .build();
        assertThatThrownBy(() -> cache.get(ANN))
                .isInstanceOfSatisfying(
                        CacheLoadException.class, e -> assertThat(e.reason()).isEqualTo(CacheEvent.Cause.TIMED_OUT))
                .hasMessageContaining("the hard timeout of PT0.2S");
        assertThat(interrupted.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    protected void aLoaderThatIsDeafToInterruptsHoldsNobodyUpAndItsValueIsNotKept() throws Exception {
        var released = new AtomicBoolean();
        var left = new CountDownLatch(1);
        var calls = new AtomicInteger();
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofMillis(200))
                .loader(key -> {
                    if (calls.incrementAndGet() > 1) {
                        return "second";
                    }
                    while (!released.get()) {
                        Thread.onSpinWait();
                    }
                    left.countDown();
                    return "first";
                })
                .build();
        assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(CacheLoadException.class);
        assertThat(cache.get(ANN)).as("the next reader has a load of its own").isEqualTo("second");
        released.set(true);
        assertThat(left.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(cache.get(ANN)).isEqualTo("second");
    }

    @Test
    protected void aThreadOfTheMemoryIsHandedBackWithoutTheInterruptOfItsLastLoad() {
        var seen = new AtomicReference<Boolean>();
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofMillis(100))
                .maxConcurrentLoads(1)
                .loader(key -> {
                    if (key.equals(BOB)) {
                        seen.set(Thread.currentThread().isInterrupted());
                        return "free";
                    }
                    while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    return "late, with the interrupt still set";
                })
                .build();
        assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(CacheLoadException.class);
        assertThat(cache.get(BOB)).isEqualTo("free");
        assertThat(seen.get()).isFalse();
    }

    @Test
    protected void aLoaderKnowsHowLongItMayTake() {
        var remaining = new AtomicReference<Duration>();
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(3))
                .loader((key, context) -> {
                    remaining.set(context.remaining());
                    return "free";
                })
                .build();
        cache.get(ANN);
        assertThat(remaining.get()).isBetween(Duration.ZERO, ofSeconds(3));
    }

    @Test
    protected void aLoaderThatAsksForItsOwnKeyIsToldSo() {
        var self = new AtomicReference<TieredCache<UserKey, String>>();
        self.set(users("c")
                .loader(key -> key.equals(ANN) ? self.get().get(key) : "free")
                .build());
        assertThatThrownBy(() -> self.get().get(ANN))
                .isInstanceOf(CacheLoadException.class)
                .hasRootCauseMessage("the loader of cache c must not ask it for the key that it is loading");
        assertThat(self.get().get(BOB)).isEqualTo("free");
    }

    @Test
    protected void aLoaderThatAsksForItsOwnKeyAmongOthersStrandsNoneOfThem() throws Exception {
        var self = new AtomicReference<TieredCache<UserKey, String>>();
        self.set(users("c")
                .loader(key -> {
                    if (key.equals(ANN)) {
                        self.get().getAll(List.of(BOB, ANN));
                    }
                    return "free";
                })
                .build());
        assertThatThrownBy(() -> self.get().get(ANN))
                .isInstanceOf(CacheLoadException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(await(inBackground(() -> self.get().get(BOB)))).isEqualTo("free");
    }

    @Test
    protected void aLoaderMayAskForOtherKeysAndOtherCachesEvenIfOnlyOneLoadMayRun() {
        TieredCache<UserKey, String> other =
                users("other").maxConcurrentLoads(1).loader(key -> "plan").build();
        var self = new AtomicReference<TieredCache<UserKey, String>>();
        self.set(users("c")
                .maxConcurrentLoads(1)
                .loader(key -> {
                    if (key.equals(ANN)) {
                        return self.get().get(ANN_PLAN)
                                + other.get(ANN)
                                + self.get().getAll(List.of(BOB)).values().get(BOB);
                    }
                    return key.part() + ' ';
                })
                .build());
        assertThat(self.get().get(ANN)).isEqualTo("plan planprofile ");
        assertThat(self.get().find(ANN_PLAN)).contains("plan ");
        assertThat(other.find(ANN)).contains("plan");
    }

    @Test
    protected void aLoadWithinALoadHasAHardTimeoutToo() throws Exception {
        var released = new AtomicBoolean();
        TieredCache<UserKey, String> inner = users("inner")
                .hardTimeout(ofMillis(200))
                .loader(key -> {
                    while (!released.get()) {
                        Thread.onSpinWait();
                    }
                    return "late";
                })
                .build();
        TieredCache<UserKey, String> outer =
                users("outer").hardTimeout(ofSeconds(10)).loader(inner::get).build();
        CompletableFuture<String> reader = inBackground(() -> outer.get(ANN));
        until(() -> inner.stats().failedLoads() > 0);
        released.set(true);
        assertThatThrownBy(() -> await(reader)).isInstanceOf(ExecutionException.class);
    }

    @Test
    protected void twoLoadsThatWaitForEachOtherEndAtTheHardTimeout() throws Exception {
        var both = new CyclicBarrier(2);
        var self = new AtomicReference<TieredCache<UserKey, String>>();
        self.set(users("c")
                .hardTimeout(ofMillis(500))
                .loader(key -> {
                    both.await(GUARD_SECONDS, TimeUnit.SECONDS);
                    return self.get().get(key.equals(ANN) ? BOB : ANN);
                })
                .build());
        CompletableFuture<String> one = inBackground(() -> self.get().get(ANN));
        CompletableFuture<String> two = inBackground(() -> self.get().get(BOB));
        for (CompletableFuture<String> reader : List.of(one, two)) {
            assertThatThrownBy(() -> await(reader)).hasCauseInstanceOf(CacheLoadException.class);
        }
    }

    @Test
    protected void aThousandReadersOfOneKeyAskTheSourceOnce() throws Exception {
        int readersCount = 1_000;
        source.set(ANN, "free");
        var halt = new Halt();
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(GUARD_SECONDS))
                .loader(key -> {
                    halt.here();
                    return source.load(key);
                })
                .build();
        var running = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < readersCount; i++) {
            running.add(inBackground(() -> cache.get(ANN)));
        }
        until(() -> cache.stats().joined() == readersCount - 1);
        halt.release();
        for (CompletableFuture<String> reader : running) {
            assertThat(await(reader)).isEqualTo("free");
        }
        assertThat(source.calls()).isEqualTo(1);
    }

    @Test
    protected void readersOfManyKeysJoinTheLoadsUnderWay() throws Exception {
        source.set(ANN, "free");
        source.set(BOB, "paid");
        var halt = new Halt();
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(GUARD_SECONDS))
                .loader(key -> {
                    if (key.equals(ANN)) {
                        halt.here();
                    }
                    return source.load(key);
                })
                .build();
        CompletableFuture<String> first = inBackground(() -> cache.get(ANN));
        halt.awaitEntered();
        CompletableFuture<Batch<UserKey, String>> batch = inBackground(() -> cache.getAll(List.of(ANN, BOB)));
        until(() -> cache.stats().joined() == 1);
        halt.release();
        assertThat(await(first)).isEqualTo("free");
        assertThat(await(batch).values()).isEqualTo(Map.of(ANN, "free", BOB, "paid"));
        assertThat(source.calls()).isEqualTo(2);
    }

    @Test
    protected void noMoreLoadsRunAtOnceThanAllowedAndAllRunInTheEnd() throws Exception {
        List<UserKey> keys = keys(40);
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var both = new CyclicBarrier(2);
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(GUARD_SECONDS))
                .maxConcurrentLoads(2)
                .loader(key -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    both.await(GUARD_SECONDS, TimeUnit.SECONDS); // two at a time, or hung
                    running.decrementAndGet();
                    return source.load(key);
                })
                .build();
        assertThat(cache.getAll(keys).orThrow()).hasSize(40);
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    protected void aReaderThatIsInterruptedLeavesTheLoadToTheOthers() throws Exception {
        interruptedReaderLeavesTheLoad(cache -> cache.get(ANN));
    }

    @Test
    protected void aReaderOfManyKeysThatIsInterruptedLeavesTheLoadsToTheOthers() throws Exception {
        interruptedReaderLeavesTheLoad(cache -> cache.getAll(List.of(ANN, BOB)).orThrow());
    }

    private void interruptedReaderLeavesTheLoad(Consumer<TieredCache<UserKey, String>> read) throws Exception {
        source.set(ANN, "free");
        var halt = new Halt();
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(GUARD_SECONDS))
                .loader(key -> {
                    halt.here();
                    return source.load(key);
                })
                .build();
        var failure = new AtomicReference<Throwable>();
        var keptInterrupt = new AtomicBoolean();
        var first = new Thread(() -> {
            try {
                read.accept(cache);
            } catch (CacheLoadException e) {
                failure.set(e);
                keptInterrupt.set(Thread.currentThread().isInterrupted());
            }
        });
        first.start();
        halt.awaitEntered();
        CompletableFuture<String> second = inBackground(() -> cache.get(ANN));
        until(() -> cache.stats().joined() == 1);
        first.interrupt();
        first.join(GUARD_SECONDS * 1_000L);
        assertThat(failure.get()).isInstanceOf(CacheLoadException.class).hasMessageContaining("interrupted");
        assertThat(keptInterrupt).isTrue();
        halt.release();
        assertThat(await(second)).isEqualTo("free");
        assertThat(cache.find(ANN)).contains("free");
    }

    @Test
    protected void whatTookLongerThanItsTimeToLiveIsNotGivenToThoseWhoCameAfterIt() throws Exception {
        movedTime();
        source.set(ANN, "old");
        var halt = new Halt();
        var first = new AtomicBoolean(true);
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(GUARD_SECONDS * 2))
                .loader(key -> {
                    String read = source.load(key);
                    if (first.getAndSet(false)) {
                        halt.here();
                    }
                    return read;
                })
                .build();
        CompletableFuture<String> early = inBackground(() -> cache.get(ANN));
        halt.awaitEntered();
        source.set(ANN, "new");
        pass(ofSeconds(60));
        var late = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < 20; i++) {
            late.add(inBackground(() -> cache.get(ANN)));
            late.add(inBackground(() -> cache.getAll(List.of(ANN)).values().get(ANN)));
        }
        until(() -> cache.stats().joined() + source.calls() - 1 >= 40);
        halt.release();
        assertThat(await(early)).isEqualTo("old");
        for (CompletableFuture<String> reader : late) {
            assertThat(await(reader)).isEqualTo("new");
        }
        assertThat(source.calls()).as("one load for all of them").isEqualTo(2);
    }

    @Test
    protected void aSlowLoadLetsItsReadersHaveTheOldValueAndIsStillStored() throws Exception {
        movedTime();
        source.set(ANN, "old");
        var halt = new Halt();
        var first = new AtomicBoolean(true);
        TieredCache<UserKey, String> cache = users("c")
                .staleOnError(ofSeconds(30))
                .softTimeout(ofMillis(100))
                .hardTimeout(ofSeconds(GUARD_SECONDS))
                .loader(key -> {
                    if (!first.getAndSet(false)) {
                        halt.here();
                    }
                    return source.load(key);
                })
                .build();
        cache.get(ANN);
        pass(ofSeconds(60));
        source.set(ANN, "new");
        assertThat(cache.get(ANN)).isEqualTo("old");
        assertThat(cache.stats().staleHits()).isEqualTo(1);
        halt.release();
        until(() -> cache.stats().loads() == 2);
        assertThat(cache.get(ANN)).isEqualTo("new");
        assertThat(source.calls()).isEqualTo(2);
    }

    @Test
    protected void aFailedLoadIsReplacedByTheOldValueWithinTheWindowAndNoLonger() {
        movedTime();
        source.set(ANN, "old");
        var failing = new AtomicBoolean();
        TieredCache<UserKey, String> cache = users("c")
                .staleOnError(ofSeconds(30))
                .loader(key -> {
                    if (failing.get()) {
                        throw new IllegalStateException("down");
                    }
                    return source.load(key);
                })
                .build();
        cache.get(ANN);
        failing.set(true);
        pass(ofSeconds(90).minusMillis(1));
        assertThat(cache.get(ANN)).isEqualTo("old");
        until(() -> cache.stats().staleHits() == 1);
        assertThat(cache.stats().failedLoads()).isEqualTo(1);
        pass(ofMillis(1));
        assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(CacheLoadException.class);
    }

    @Test
    protected void anInvalidatedValueDoesNotStandInForAFailedLoad() {
        movedTime();
        source.set(ANN, "old");
        var failing = new AtomicBoolean();
        TieredCache<UserKey, String> cache = users("c")
                .staleOnError(ofSeconds(30))
                .loader(key -> {
                    if (failing.get()) {
                        throw new IllegalStateException("down");
                    }
                    return source.load(key);
                })
                .build();
        cache.get(ANN);
        failing.set(true);
        cache.invalidate(ANN).orThrow();
        assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(CacheLoadException.class);
    }

    @Test
    protected void aFailedLoadIsToldToThoseWhoListen() {
        var told = new CopyOnWriteArrayList<CacheEvent>();
        TieredCache<UserKey, String> cache = users("c")
                .loader(key -> {
                    throw new IllegalStateException("down");
                })
                .build();
        TieredCache<UserKey, String> other = users("other").build();
        var toldOfOther = new CopyOnWriteArrayList<CacheEvent>();
        cache.onEvent(event -> {
            told.add(event);
            throw new IllegalStateException("a listener's own trouble");
        });
        other.onEvent(toldOfOther::add);
        assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(CacheLoadException.class);
        assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(CacheLoadException.class);
        until(() -> told.size() == 2);
        assertThat(told).containsOnly(new CacheEvent.LoadFailed("c", CacheEvent.Cause.THROWN));
        assertThat(toldOfOther).isEmpty();
    }
}
