package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** One key at a time: what is found, where, and for how long. */
abstract class CacheReadingCases extends CacheFixture {

    @Test
    protected void aValueIsLoadedOnceAndThenServed() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c").build();
        assertThat(cache.get(ANN)).isEqualTo("free");
        source.set(ANN, "paid");
        assertThat(cache.get(ANN)).isEqualTo("free");
        assertThat(cache.getOptional(ANN)).contains("free");
        assertThat(source.calls()).isEqualTo(1);
        assertThat(cache.stats().loads()).isEqualTo(1);
        assertThat(cache.stats().nearHits()).isEqualTo(2);
        assertThat(cache.stats().nearEntries()).isEqualTo(1);
        assertThat(cache.name()).isEqualTo("c");
    }

    @Test
    protected void aCacheIsListedWithItsNumbers() {
        users("one").build().getOptional(ANN);
        users("two").build();
        assertThat(memory.cacheStats()).containsOnlyKeys("one", "two");
        assertThat(memory.cacheStats().get("one").loads()).isEqualTo(1);
        assertThat(memory.cacheHealth().connected()).isTrue();
        assertThat(memory.cacheHealth().queuedInvalidations()).isZero();
    }

    @Test
    protected void withoutANegativeTtlTheSourceIsAskedForWhatItHasNotEachTime() {
        TieredCache<UserKey, String> cache = users("c").build();
        assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(ValueAbsentException.class);
        assertThat(cache.getOptional(ANN)).isEmpty();
        assertThat(source.calls()).isEqualTo(2);
        source.set(ANN, "free");
        assertThat(cache.get(ANN)).isEqualTo("free");
    }

    @Test
    protected void withANegativeTtlAbsenceIsRemembered() {
        TieredCache<UserKey, String> cache =
                users("c").negativeTtl(ofSeconds(10)).build();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> cache.get(ANN)).isInstanceOf(ValueAbsentException.class);
            assertThat(cache.getOptional(ANN)).isEmpty();
        }
        assertThat(source.calls()).isEqualTo(1);
        assertThat(cache.lookup(ANN)).isInstanceOf(Lookup.Absent.class);
        assertThat(cache.find(ANN)).isEmpty();
    }

    @Test
    protected void absenceIsForgottenWhenItsTimeIsOverAndNotBefore() {
        movedTime();
        TieredCache<UserKey, String> cache =
                users("c").negativeTtl(ofSeconds(10)).build();
        assertThat(cache.getOptional(ANN)).isEmpty();
        source.set(ANN, "free");
        pass(ofSeconds(10).minusMillis(1));
        assertThat(cache.getOptional(ANN)).isEmpty();
        pass(ofMillis(1));
        assertThat(cache.getOptional(ANN)).contains("free");
    }

    @Test
    protected void aValueIsForgottenWhenItsTimeIsOverAndNotBefore() {
        movedTime();
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c").build();
        cache.get(ANN);
        source.set(ANN, "paid");
        pass(ofSeconds(60).minusMillis(1));
        assertThat(cache.get(ANN)).isEqualTo("free");
        pass(ofMillis(1));
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(cache.get(ANN)).isEqualTo("paid");
    }

    @Test
    protected void aLookupSaysWhereAndHowOldAndLoadsNothing() {
        movedTime();
        TieredCache<UserKey, String> cache = users("c").nearTtl(ofSeconds(20)).build();
        assertThat(cache.lookup(ANN)).isEqualTo(new Lookup.Miss<>());
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(source.calls()).isZero();

        source.set(ANN, "free");
        cache.get(ANN);
        pass(ofSeconds(5));
        assertThat(cache.lookup(ANN)).isEqualTo(new Lookup.Hit<>("free", Level.NEAR, ofSeconds(5), false));
        pass(ofSeconds(15));
        Lookup<String> afterNear = cache.lookup(ANN);
        if (hasFarLevel()) {
            assertThat(afterNear).isEqualTo(new Lookup.Hit<>("free", Level.FAR, ofSeconds(20), false));
        } else {
            assertThat(afterNear).isEqualTo(new Lookup.Miss<>());
        }
        assertThat(source.calls()).isEqualTo(1);
    }

    @Test
    protected void aLookupFoldsIntoOneResult() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache =
                users("c").negativeTtl(ofSeconds(10)).build();
        cache.getOptional(ANN);
        cache.getOptional(BOB);
        assertThat(List.of(ANN, BOB, ANN_PLAN).stream()
                        .map(key ->
                                cache.lookup(key).<String>fold(Lookup.Hit::value, absent -> "none", () -> "unknown")))
                .containsExactly("free", "none", "unknown");
    }

    @Test
    protected void aLoaderCanGiveAValueATimeOfItsOwn() {
        movedTime();
        source.set(ANN, "trial");
        TieredCache<UserKey, String> cache = users("c")
                .loader((key, context) -> {
                    context.ttl(ofSeconds(7));
                    return source.load(key);
                })
                .build();
        cache.get(ANN);
        pass(ofSeconds(7).minusMillis(1));
        assertThat(cache.find(ANN)).contains("trial");
        pass(ofMillis(1));
        assertThat(cache.find(ANN)).isEmpty();
    }

    @Test
    protected void aLoaderCannotGiveATimeThatIsNone() {
        TieredCache<UserKey, String> cache = users("c")
                .loader((key, context) -> {
                    context.ttl(Duration.ZERO);
                    return "never";
                })
                .build();
        assertThatThrownBy(() -> cache.get(ANN))
                .isInstanceOf(CacheLoadException.class)
                .hasRootCauseMessage("ttl must be more than zero, was PT0S");
    }

    @Test
    protected void aLoaderCanKeepAValueFromBeingStored() {
        source.set(ANN, "partial");
        TieredCache<UserKey, String> cache = users("c")
                .loader((key, context) -> {
                    context.doNotStore();
                    return source.load(key);
                })
                .build();
        assertThat(cache.get(ANN)).isEqualTo("partial");
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(cache.stats().nearEntries()).isZero();
        assertThat(cache.get(ANN)).isEqualTo("partial");
        assertThat(source.calls()).isEqualTo(2);
    }

    @Test
    protected void aRefreshReplacesWhatThereIs() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c").build();
        cache.get(ANN);
        source.set(ANN, "paid");
        assertThat(cache.refresh(ANN)).isEqualTo("paid");
        assertThat(cache.get(ANN)).isEqualTo("paid");
        assertThat(source.calls()).isEqualTo(2);
    }

    @Test
    protected void aRefreshOfWhatTheSourceHasNotThrowsAsAGet() {
        TieredCache<UserKey, String> cache = users("c").build();
        assertThatThrownBy(() -> cache.refresh(ANN)).isInstanceOf(ValueAbsentException.class);
    }

    @Test
    protected void asyncTwinsGiveWhatTheOthersGive() throws Exception {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c").build();
        assertThat(await(cache.getAsync(ANN).toCompletableFuture())).isEqualTo("free");
        assertThat(cache.getAsync(ANN).toCompletableFuture())
                .as("near, at once")
                .isCompletedWithValue("free");
        assertThat(await(cache.getAllAsync(List.of(ANN, BOB)).toCompletableFuture()))
                .isEqualTo(new Batch<>(Map.of(ANN, "free"), Set.of(BOB), Map.of()));
        source.set(ANN, "paid");
        assertThat(await(cache.refreshAsync(ANN).toCompletableFuture())).isEqualTo("paid");
        source.set(ANN, "ended");
        assertThat(await(cache.invalidateAsync(ANN).toCompletableFuture())).isEqualTo(Ack.DONE);
        assertThat(cache.get(ANN)).isEqualTo("ended");
        assertThatThrownBy(() -> await(cache.getAsync(BOB).toCompletableFuture()))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ValueAbsentException.class);
    }

    @Test
    protected void aMemoizedFunctionIsCalledOnceForAnArgument() {
        source.set(ANN, "free");
        Cached<UserKey, String> cached = memory.cache("f", UserKey.class, String.class)
                .owner(UserKey::tenant)
                .scope(UserKey::scope)
                .memoize(source::load);
        assertThat(cached.get(ANN)).isEqualTo("free");
        assertThat(cached.get(ANN)).isEqualTo("free");
        assertThat(source.calls()).isEqualTo(1);
        assertThat(cached.stats().hitRate()).isEqualTo(0.5);
        assertThat(cached.invalidate(ANN)).isEqualTo(Ack.DONE);
        cached.get(ANN);
        assertThat(cached.invalidateScope("ann")).isEqualTo(Ack.DONE);
        cached.get(ANN);
        assertThat(source.calls()).isEqualTo(3);
        assertThat(cached.getOptional(BOB)).isEmpty();
    }

    protected final void movedTime() {
        assumeTrue(timeCanBeMoved(), "the time of this memory cannot be moved");
    }
}
