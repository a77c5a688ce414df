package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What two nodes over one far level promise each other. */
class CacheOnTwoNodesTest extends TwoNodes {

    @Test
    void whatOneNodeLoadedTheOtherFindsFar() {
        TieredCache<String, String> a = cache(here).build();
        TieredCache<String, String> b = cache(there).build();
        a.get(KEY);
        pass(ofSeconds(1));
        assertThat(b.lookup(KEY)).isEqualTo(new Lookup.Hit<>("old", Level.FAR, ofSeconds(1), false));
        assertThat(b.lookup(KEY)).isEqualTo(new Lookup.Hit<>("old", Level.NEAR, ofSeconds(1), false));
        assertThat(b.get(KEY)).isEqualTo("old");
        assertThat(loads).hasValue(1);
        assertThat(b.stats().farHits()).isEqualTo(1);
    }

    @Test
    void anInvalidationIsSeenByTheOtherNodeAtOnce() {
        seenByTheOther(cache -> cache.invalidate(KEY).orThrow());
    }

    @Test
    void anInvalidatedScopeIsSeenByTheOtherNodeAtOnce() {
        seenByTheOther(cache -> cache.invalidateScope("user-ann").orThrow());
    }

    @Test
    void aClearedCacheIsSeenByTheOtherNodeAtOnce() {
        seenByTheOther(cache -> cache.clear().orThrow());
    }

    private void seenByTheOther(Consumer<TieredCache<String, String>> drop) {
        TieredCache<String, String> a = scoped(here);
        TieredCache<String, String> b = scoped(there);
        a.get(KEY);
        b.get(KEY);
        truth.set("new");
        drop.accept(a);
        assertThat(b.find(KEY)).isEmpty();
        assertThat(b.get(KEY)).isEqualTo("new");
        assertThat(a.get(KEY)).isEqualTo("new");
        assertThat(loads).hasValue(2);
    }

    private TieredCache<String, String> scoped(CacheNode node) {
        return cache(node).scope(key -> "user-" + key + "/state").build();
    }

    @Test
    void anErasureIsSeenByTheOtherNodeAtOnce() {
        TieredCache<String, String> a = owned(here);
        TieredCache<String, String> b = owned(there);
        a.get(KEY);
        b.get(KEY);
        truth.set("new");
        assertThat(here.erase(Tenant.of(KEY)).records()).isEqualTo(1);
        assertThat(b.find(KEY)).isEmpty();
        assertThat(b.get(KEY)).isEqualTo("new");
    }

    private static TieredCache<String, String> owned(CacheNode node, Supplier<String> load) {
        return node.cache("owned", String.class, String.class)
                .owner(Tenant::of)
                .farTimeout(ofSeconds(20))
                .loader(key -> load.get())
                .build();
    }

    private TieredCache<String, String> owned(CacheNode node) {
        return owned(node, this::load);
    }

    @Test
    void aValueThatWasLoadedBeforeTheOtherNodeInvalidatedIsStoredNowhere() throws Exception {
        var halt = new CacheFixture.Halt();
        var first = new AtomicBoolean(true);
        TieredCache<String, String> a = cache(here)
                .loader(key -> {
                    String read = load();
                    if (first.getAndSet(false)) {
                        halt.here();
                    }
                    return read;
                })
                .build();
        TieredCache<String, String> b = cache(there).build();
        CompletableFuture<String> early = inBackground(() -> a.get(KEY));
        halt.awaitEntered();
        truth.set("new");
        b.invalidate(KEY).orThrow();
        halt.release();
        assertThat(await(early)).as("its reader began before").isEqualTo("old");
        CacheFixture.until(() -> a.stats().refusedFills() == 1);
        assertThat(a.find(KEY)).isEmpty();
        assertThat(b.find(KEY)).isEmpty();
        assertThat(a.get(KEY)).isEqualTo("new");
        assertThat(b.get(KEY)).isEqualTo("new");
        assertThat(loads).hasValue(2);
    }

    @Test
    void aValueThatWasLoadedBeforeAnInvalidationWhoseMessageWasLostIsServedNoLongerThanTheBound() throws Exception {
        var halt = new CacheFixture.Halt();
        var first = new AtomicBoolean(true);
        TieredCache<String, String> a = cache(here)
                .loader(key -> {
                    String read = load();
                    if (first.getAndSet(false)) {
                        halt.here();
                    }
                    return read;
                })
                .build();
        TieredCache<String, String> b = cache(there).build();
        CompletableFuture<String> early = inBackground(() -> a.get(KEY));
        halt.awaitEntered();
        truth.set("new");
        server.loseMessages(true);
        b.invalidate(KEY).orThrow();
        halt.release();
        await(early);
        pass(BOUND);
        assertThat(a.get(KEY)).isEqualTo("new");
    }

    @Test
    void whenMessagesAreLostTheNextHeartbeatTakesTheOldValue() {
        TieredCache<String, String> a = cache(here).build();
        TieredCache<String, String> b = cache(there).build();
        a.get(KEY);
        b.get(KEY);
        server.loseMessages(true);
        truth.set("new");
        a.invalidate(KEY).orThrow();
        assertThat(a.find(KEY)).as("not on the node that invalidated").isEmpty();
        assertThat(b.get(KEY)).as("within the bound").isEqualTo("old");
        there.far.heartbeat();
        assertThat(b.get(KEY)).isEqualTo("new");
    }

    @Test
    void aNodeThatWasPausedServesNothingOlderThanTheBoundWhenItWakes() {
        TieredCache<String, String> a = cache(here).build();
        TieredCache<String, String> b = cache(there).build();
        b.get(KEY);
        server.loseMessages(true); // what a paused node misses
        truth.set("new");
        a.invalidate(KEY).orThrow();
        pass(BOUND.minusNanos(1));
        assertThat(b.get(KEY)).isEqualTo("old");
        pass(BOUND.dividedBy(BOUND.toNanos()));
        assertThat(b.lookup(KEY)).isEqualTo(new Lookup.Miss<>());
        assertThat(b.get(KEY)).isEqualTo("new");
    }

    @Test
    void aReaderThatComesAfterTheBoundDoesNotJoinALoadThatMayBeOld() throws Exception {
        var halt = new CacheFixture.Halt();
        var first = new AtomicBoolean(true);
        TieredCache<String, String> a = cache(here)
                .loader(key -> {
                    String read = load();
                    if (first.getAndSet(false)) {
                        halt.here();
                    }
                    return read;
                })
                .build();
        CompletableFuture<String> early = inBackground(() -> a.get(KEY));
        halt.awaitEntered();
        server.loseMessages(true);
        truth.set("new");
        cache(there).build().invalidate(KEY).orThrow();
        CompletableFuture<String> young = inBackground(() -> a.get(KEY));
        CacheFixture.until(() -> a.stats().joined() == 1);
        pass(BOUND);
        assertThat(await(inBackground(() -> a.get(KEY)))).isEqualTo("new");
        halt.release();
        assertThat(await(early)).isEqualTo("old");
        assertThat(await(young)).isEqualTo("old");
        assertThat(a.get(KEY)).isEqualTo("new");
        assertThat(a.stats().joined()).isEqualTo(1);
    }

    @Test
    void whileOneNodeLoadsTheOtherWaitsForItsValue() throws Exception {
        var halt = new CacheFixture.Halt();
        TieredCache<String, String> a = cache(here)
                .loader(key -> {
                    halt.here();
                    return load();
                })
                .build();
        TieredCache<String, String> b = cache(there).build();
        CompletableFuture<String> early = inBackground(() -> a.get(KEY));
        halt.awaitEntered();
        int asked = server.calls("lease");
        CompletableFuture<String> waiting = inBackground(() -> b.get(KEY));
        CacheFixture.until(() -> server.calls("lease") >= asked + 3); // it asks again and again
        halt.release();
        assertThat(await(early)).isEqualTo("old");
        assertThat(await(waiting)).isEqualTo("old");
        assertThat(loads).hasValue(1);
        assertThat(b.stats().farHits()).isEqualTo(1);
    }

    @Test
    void whenTheLoadOfOneNodeFailsTheOtherLoads() throws Exception {
        var halt = new CacheFixture.Halt();
        TieredCache<String, String> a = cache(here)
                .loader(key -> {
                    halt.here();
                    throw new IllegalStateException("down");
                })
                .build();
        TieredCache<String, String> b = cache(there).build();
        CompletableFuture<String> early = inBackground(() -> a.get(KEY));
        halt.awaitEntered();
        CompletableFuture<String> waiting = inBackground(() -> b.get(KEY));
        CacheFixture.until(() -> server.calls("lease") >= 2);
        halt.release();
        assertThatThrownBy(() -> await(early)).hasCauseInstanceOf(CacheLoadException.class);
        assertThat(await(waiting)).isEqualTo("old");
    }

    @Test
    void whileTheFarLevelIsAwayReadsAreAnsweredAndInvalidationsAreQueued() {
        TieredCache<String, String> a = cache(here).build();
        TieredCache<String, String> b = cache(there).build();
        a.get(KEY);
        b.get(KEY);
        server.goAway();
        truth.set("new");
        assertThat(a.invalidate(KEY)).isEqualTo(Ack.PENDING);
        assertThatThrownBy(() -> a.invalidate(KEY).orThrow()).isInstanceOf(InvalidationPendingException.class);
        assertThat(a.get(KEY)).as("this node keeps the promise").isEqualTo("new");
        assertThat(b.get(KEY)).as("the other cannot know").isEqualTo("old");
        assertThat(a.health().connected()).isFalse();
        assertThat(a.health().queuedInvalidations()).isEqualTo(1);
        assertThat(a.stats().pending()).isEqualTo(2);
        server.comeBack();
        assertThat(b.get(KEY)).as("from replay").isEqualTo("new");
        assertThat(a.health().queuedInvalidations()).isZero();
    }

    @Test
    void aKeyWhoseInvalidationIsQueuedIsNotReadFar() {
        TieredCache<String, String> a = cache(here).build();
        a.get(KEY);
        server.goAway();
        truth.set("new");
        a.invalidate(KEY);
        pass(BOUND);
        int reads = server.calls("read");
        assertThat(a.get(KEY)).isEqualTo("new");
        assertThat(a.lookup(KEY)).isEqualTo(new Lookup.Miss<>());
        assertThat(a.getAll(List.of(KEY)).values()).containsEntry(KEY, "new");
        assertThat(server.calls("read")).isEqualTo(reads);
        assertThat(server.calls("fill")).as("only the first load stored").isEqualTo(1);
    }

    @Test
    void aLoaderCacheThatIsCutOffAsksItsSourceEachTime() {
        TieredCache<String, String> a = cache(here).build();
        a.get(KEY);
        server.goAway();
        pass(BOUND);
        truth.set("new");
        assertThat(a.get(KEY)).isEqualTo("new");
        truth.set("newer");
        assertThat(a.get(KEY))
                .as("what was loaded meanwhile cannot be trusted either")
                .isEqualTo("newer");
        assertThat(a.health().untrustedBuckets()).isEqualTo(64);
    }

    @Test
    void aStaleCacheThatIsCutOffServesWhatItHasExactlyToTheEndOfItsTime() {
        TieredCache<String, String> a = cache(here)
                .whenDisconnected(WhenDisconnected.stale(ofSeconds(10)))
                .build();
        a.get(KEY);
        server.goAway();
        truth.set("new");
        pass(BOUND.plusSeconds(10).minusNanos(1));
        assertThat(a.get(KEY)).isEqualTo("old");
        assertThat(a.lookup(KEY))
                .isInstanceOfSatisfying(
                        Lookup.Hit.class, hit -> assertThat(hit.stale()).isTrue());
        assertThat(a.getAll(List.of(KEY)).values()).containsEntry(KEY, "old");
        assertThat(a.stats().staleHits()).isEqualTo(3);
        pass(ofMillis(1).dividedBy(1_000_000));
        assertThat(a.get(KEY)).isEqualTo("new");
    }

    @Test
    void aStaleCacheServesNothingPastItsOwnTimeToLive() {
        TieredCache<String, String> a = cache(here)
                .ttl(ofSeconds(5))
                .whenDisconnected(WhenDisconnected.stale(ofSeconds(10)))
                .build();
        a.get(KEY);
        server.goAway();
        truth.set("new");
        pass(ofSeconds(5));
        assertThat(a.get(KEY)).isEqualTo("new");
    }

    @Test
    void aStaleCacheThatIsCutOffStillObeysItsOwnInvalidations() {
        TieredCache<String, String> a = cache(here)
                .whenDisconnected(WhenDisconnected.stale(ofSeconds(10)))
                .build();
        a.get(KEY);
        server.goAway();
        pass(BOUND);
        truth.set("new");
        assertThat(a.invalidate(KEY)).isEqualTo(Ack.PENDING);
        assertThat(a.get(KEY)).isEqualTo("new");
    }

    @Test
    void aRefreshAsksTheSourceAlsoWhileCutOff() {
        TieredCache<String, String> a = cache(here)
                .whenDisconnected(WhenDisconnected.stale(ofSeconds(10)))
                .build();
        a.get(KEY);
        server.goAway();
        pass(BOUND);
        truth.set("new");
        assertThat(a.refresh(KEY)).isEqualTo("new");
    }

    @Test
    void aFailedLoadIsNotReplacedByAValueThatMayHaveBeenInvalidatedElsewhere() {
        var failing = new AtomicBoolean();
        TieredCache<String, String> a = cache(here)
                .staleOnError(ofSeconds(100))
                .loader(key -> {
                    if (failing.get()) {
                        throw new IllegalStateException("down");
                    }
                    return load();
                })
                .build();
        a.get(KEY);
        failing.set(true);
        pass(ofSeconds(60));
        beat();
        assertThat(a.get(KEY)).as("past its time and trusted").isEqualTo("old");
        server.goAway();
        pass(BOUND);
        assertThatThrownBy(() -> a.get(KEY)).isInstanceOf(CacheLoadException.class);
    }

    @Test
    void aFarValuePastItsTimeStandsInForAFailedLoadOnTheOtherNode() {
        cache(here).staleOnError(ofSeconds(100)).build().get(KEY);
        TieredCache<String, String> b = cache(there)
                .staleOnError(ofSeconds(100))
                .loader(key -> {
                    throw new IllegalStateException("down");
                })
                .build();
        pass(ofSeconds(61));
        beat();
        assertThat(b.get(KEY)).isEqualTo("old");
        assertThat(b.getAll(List.of(KEY)).values()).containsEntry(KEY, "old");
    }

    @Test
    void aNodeWhoseLookupFailsFarIsToldSoByItsNumbersAlone() {
        TieredCache<String, String> a = cache(here).build();
        server.goAway();
        assertThat(a.find(KEY)).isEmpty();
        assertThat(a.get(KEY)).isEqualTo("old");
        assertThat(a.stats().farFailures()).isPositive();
    }

    @Test
    void whatTheFarLevelKnowsOfEventsIsToldToThoseItConcerns() {
        var told = new CopyOnWriteArrayList<CacheEvent>();
        cache(here).build().onEvent(told::add);
        here.far.tell(new CacheEvent.Disconnected());
        here.far.tell(new CacheEvent.QueueOverflowed("other"));
        here.far.tell(new CacheEvent.QueueOverflowed("c"));
        CacheFixture.until(() -> told.size() == 2);
        assertThat(told).containsExactly(new CacheEvent.Disconnected(), new CacheEvent.QueueOverflowed("c"));
    }
}
