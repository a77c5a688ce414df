package dev.mneme.memory.cache;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is forgotten, and that what is under way when it is forgotten does not come back. */
abstract class CacheDroppingCases extends CacheBatchCases {

    @Test
    protected void anInvalidatedKeyIsLoadedAnewAndItsNeighbourIsNot() {
        TieredCache<UserKey, String> cache = filled();
        changeAll();
        assertThat(cache.invalidate(ANN)).isEqualTo(Ack.DONE);
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(cache.get(ANN)).isEqualTo("new");
        assertThat(cache.get(BOB)).isEqualTo("old");
        assertThat(cache.stats().invalidations()).isEqualTo(1);
        assertThat(cache.stats().pending()).isZero();
    }

    @Test
    protected void manyKeysAreInvalidatedByOneCall() {
        TieredCache<UserKey, String> cache = filled();
        changeAll();
        cache.invalidateAll(Set.of(ANN, BOB)).orThrow();
        assertThat(List.of(cache.get(ANN), cache.get(BOB), cache.get(ANN_PLAN))).containsExactly("new", "new", "old");
        assertThat(cache.stats().invalidations()).isEqualTo(2);
    }

    @Test
    protected void anOuterScopeTakesAllWithinIt() {
        TieredCache<UserKey, String> cache = filled();
        changeAll();
        cache.invalidateScope("ann").orThrow();
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(List.of(cache.get(ANN), cache.get(ANN_PLAN), cache.get(BOB))).containsExactly("new", "new", "old");
    }

    @Test
    protected void anInnerScopeLeavesItsNeighbours() {
        TieredCache<UserKey, String> cache = filled();
        changeAll();
        cache.invalidateScope("ann/plan").orThrow();
        assertThat(List.of(cache.get(ANN), cache.get(ANN_PLAN), cache.get(BOB))).containsExactly("old", "new", "old");
    }

    @Test
    protected void aScopeCanFallAgainAndAgain() {
        TieredCache<UserKey, String> cache = filled();
        for (int i = 0; i < 5; i++) {
            source.set(ANN, "inner " + i);
            cache.invalidateScope("ann/profile").orThrow();
            assertThat(cache.get(ANN)).isEqualTo("inner " + i);
            source.set(ANN, "outer " + i);
            cache.invalidateScope("ann").orThrow();
            assertThat(cache.get(ANN)).isEqualTo("outer " + i);
        }
    }

    @Test
    protected void aScopeWhoseNameOnlyBeginsAlikeStays() {
        source.set(new UserKey("ann", "x"), "old");
        source.set(new UserKey("anna", "x"), "old");
        TieredCache<UserKey, String> cache = users("c").scope(UserKey::scope).build();
        cache.get(new UserKey("anna", "x"));
        cache.invalidateScope("ann").orThrow();
        assertThat(cache.find(new UserKey("anna", "x"))).isPresent();
    }

    @Test
    protected void clearingForgetsAllOfThisCacheAndNothingOfOthers() {
        TieredCache<UserKey, String> cache = filled();
        TieredCache<UserKey, String> other = users("other").build();
        other.get(ANN);
        changeAll();
        cache.clear().orThrow();
        assertThat(List.of(ANN, ANN_PLAN, BOB))
                .allSatisfy(key -> assertThat(cache.find(key)).isEmpty());
        assertThat(cache.get(ANN)).isEqualTo("new");
        assertThat(other.get(ANN)).isEqualTo("old");
    }

    @Test
    protected void aScopeIsRefusedWhereThereAreNoneOrItsPathIsNone() {
        TieredCache<UserKey, String> without = users("without").build();
        assertThatThrownBy(() -> without.invalidateScope("ann"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must have a scope function");
        TieredCache<UserKey, String> cache = users("c").scope(UserKey::scope).build();
        for (String path : List.of("", " ", "/", "ann/", "/ann", "ann//plan", "a/b/c/d/e/f/g/h/i", "x".repeat(2_049))) {
            assertThatThrownBy(() -> cache.invalidateScope(path))
                    .as("path of %s characters", path.length())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    protected void aLoadThatBeganBeforeAnInvalidationIsNotKept() throws Exception {
        loadUnderWayIsNotKept(cache -> cache.invalidate(ANN));
    }

    @Test
    protected void aLoadThatBeganBeforeItsScopeFellIsNotKept() throws Exception {
        loadUnderWayIsNotKept(cache -> cache.invalidateScope("ann/profile"));
    }

    @Test
    protected void aLoadThatBeganBeforeAnOuterScopeFellIsNotKept() throws Exception {
        loadUnderWayIsNotKept(cache -> cache.invalidateScope("ann"));
    }

    @Test
    protected void aLoadThatBeganBeforeClearingIsNotKept() throws Exception {
        loadUnderWayIsNotKept(TieredCache::clear);
    }

    @Test
    protected void aLoadThatBeganBeforeErasureIsNotKept() throws Exception {
        loadUnderWayIsNotKept(cache -> memory.erase(Tenant.of("ann")));
    }

    private void loadUnderWayIsNotKept(Consumer<TieredCache<UserKey, String>> drop) throws Exception {
        var halt = new Halt();
        var first = new AtomicBoolean(true);
        source.set(ANN, "old");
        TieredCache<UserKey, String> cache = users("c")
                .scope(UserKey::scope)
                .hardTimeout(ofSeconds(GUARD_SECONDS))
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
        drop.accept(cache);

        assertThat(cache.get(ANN))
                .as("who asks later does not join the old load")
                .isEqualTo("new");
        halt.release();
        assertThat(await(early)).as("who asked before may get it").isEqualTo("old");
        assertThat(cache.get(ANN)).isEqualTo("new");
        assertThat(cache.lookup(ANN)).isInstanceOf(Lookup.Hit.class);
        assertThat(source.calls())
                .as("the late value has not pushed the new one out")
                .isEqualTo(2);
    }

    @Test
    protected void aRefreshThatBeganBeforeAnInvalidationIsNotKept() throws Exception {
        var halt = new Halt();
        var haltOn = new AtomicInteger(2);
        source.set(ANN, "old");
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(GUARD_SECONDS))
                .loader(key -> {
                    String read = source.load(key);
                    if (haltOn.decrementAndGet() == 0) {
                        halt.here();
                    }
                    return read;
                })
                .build();
        cache.get(ANN);
        CompletableFuture<String> refresh = inBackground(() -> cache.refresh(ANN));
        halt.awaitEntered();
        source.set(ANN, "new");
        cache.invalidate(ANN).orThrow();
        halt.release();
        assertThat(await(refresh)).isEqualTo("old");
        assertThat(cache.get(ANN)).isEqualTo("new");
    }

    @Test
    protected void erasingTakesAllOfATenantAndNothingOfAnother() {
        TieredCache<UserKey, String> cache = filled();
        TieredCache<String, String> shared = memory.cache("models", String.class, String.class)
                .shared()
                .loader(key -> "m")
                .build();
        shared.get("ann");
        changeAll();
        ErasureReceipt receipt = memory.erase(Tenant.of("ann"));
        assertThat(receipt).isEqualTo(new ErasureReceipt("memory", Tenant.of("ann"), 2));
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(cache.find(ANN_PLAN)).isEmpty();
        assertThat(cache.find(BOB)).contains("old");
        assertThat(shared.find("ann")).as("belongs to no one").contains("m");
        assertThat(memory.erase(Tenant.of("ann")).records()).isZero();
        assertThat(cache.get(ANN)).isEqualTo("new");
    }

    private TieredCache<UserKey, String> filled() {
        for (UserKey key : List.of(ANN, ANN_PLAN, BOB)) {
            source.set(key, "old");
        }
        TieredCache<UserKey, String> cache = users("c").scope(UserKey::scope).build();
        cache.getAll(List.of(ANN, ANN_PLAN, BOB)).orThrow();
        return cache;
    }

    private void changeAll() {
        for (UserKey key : List.of(ANN, ANN_PLAN, BOB)) {
            source.set(key, "new");
        }
    }
}
