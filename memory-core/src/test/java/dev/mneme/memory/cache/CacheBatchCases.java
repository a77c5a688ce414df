package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many keys at once, warming up, and switching off. */
abstract class CacheBatchCases extends CacheReadingCases {

    @Test
    protected void manyKeysComeInTheOrderAskedForAndEachOnce() {
        List<UserKey> keys = keys(20);
        TieredCache<UserKey, String> cache =
                users("c").bulkLoader(source::loadAll).build();
        cache.getAll(keys.subList(5, 9));
        var asked = new ArrayList<UserKey>(keys);
        asked.addAll(keys.subList(0, 10));
        Batch<UserKey, String> batch = cache.getAll(asked);
        assertThat(batch.values().keySet()).containsExactlyElementsOf(keys);
        batch.values().forEach((key, value) -> assertThat(value).isEqualTo("of " + key.part()));
        assertThat(source.bulkSizes).as("the second time only what was missing").containsExactly(4, 16);
        assertThat(source.calls()).isZero();
    }

    @Test
    protected void everyKeyIsFoundOrAbsentOrFailed() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c")
                .loader(key -> {
                    if (key.equals(ANN_PLAN)) {
                        throw new IllegalStateException("no plan");
                    }
                    return source.load(key);
                })
                .build();
        Batch<UserKey, String> batch = cache.getAll(List.of(BOB, ANN_PLAN, ANN));
        assertThat(batch.values()).isEqualTo(Map.of(ANN, "free"));
        assertThat(batch.absent()).containsExactly(BOB);
        assertThat(batch.failed()).containsOnlyKeys(ANN_PLAN);
        assertThat(batch.failed().get(ANN_PLAN).reason()).isEqualTo(CacheEvent.Cause.THROWN);
        assertThatThrownBy(batch::orThrow)
                .isInstanceOf(CacheLoadException.class)
                .hasRootCauseMessage("no plan");
        assertThat(cache.find(ANN)).as("kept although another failed").contains("free");
    }

    @Test
    protected void aBulkLoaderThatThrowsFailsAllOfItsKeysAndStoresNothing() {
        var answers = new ConcurrentLinkedQueue<Map<UserKey, String>>();
        answers.add(new HashMap<>(Map.of(ANN, "free", BOB, "paid")));
        TieredCache<UserKey, String> cache = users("c")
                .bulkLoader(keys -> {
                    if (!answers.isEmpty() && keys.size() == 3) {
                        throw new IllegalStateException("down");
                    }
                    return answers.remove();
                })
                .build();
        Batch<UserKey, String> batch = cache.getAll(List.of(ANN, BOB, ANN_PLAN));
        assertThat(batch.failed()).containsOnlyKeys(ANN, BOB, ANN_PLAN);
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(cache.getAll(List.of(ANN, BOB)).orThrow()).isEqualTo(Map.of(ANN, "free", BOB, "paid"));
    }

    @Test
    protected void aBulkLoaderThatGivesNothingAtAllFailsItsKeys() {
        TieredCache<UserKey, String> cache = users("c").bulkLoader(keys -> null).build();
        assertThat(cache.getAll(List.of(ANN, BOB)).failed()).containsOnlyKeys(ANN, BOB);
    }

    @Test
    protected void whatABulkLoaderGivesUnaskedIsNotLookedAt() {
        TieredCache<UserKey, String> cache = users("c")
                .bulkLoader(keys -> Map.of(ANN, "free", BOB, "paid", ANN_PLAN, "unasked"))
                .build();
        assertThat(cache.getAll(List.of(ANN, BOB)).values()).containsOnlyKeys(ANN, BOB);
        assertThat(cache.find(ANN_PLAN)).isEmpty();
    }

    @Test
    protected void nothingIsAskedForNothing() {
        TieredCache<UserKey, String> cache =
                users("c").bulkLoader(source::loadAll).build();
        assertThat(cache.getAll(List.of()).values()).isEmpty();
        assertThat(cache.warmUp(List.of())).isZero();
        assertThat(cache.invalidateAll(List.of())).isEqualTo(Ack.DONE);
        assertThat(source.bulkSizes).isEmpty();
    }

    @Test
    protected void aKeyThatCannotBeReadStrandsNoneOfTheOthers() throws Exception {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c")
                .scope(key -> {
                    if (key.equals(BOB)) {
                        throw new IllegalStateException("no scope");
                    }
                    return key.scope();
                })
                .build();
        assertThatThrownBy(() -> cache.getAll(List.of(ANN, BOB))).isInstanceOf(IllegalStateException.class);
        assertThat(await(inBackground(() -> cache.get(ANN)))).isEqualTo("free");
    }

    @Test
    protected void warmingUpBringsKeysInAHundredAtATime() {
        List<UserKey> keys = keys(250);
        TieredCache<UserKey, String> cache =
                users("c").bulkLoader(source::loadAll).build();
        assertThat(cache.warmUp(keys)).isEqualTo(250);
        assertThat(source.bulkSizes).containsExactly(100, 100, 50);
        assertThat(keys).allSatisfy(key -> assertThat(cache.find(key)).isPresent());
        assertThat(cache.warmUp(keys)).isEqualTo(250);
        assertThat(source.bulkSizes).hasSize(3);
    }

    @Test
    protected void warmingUpCountsWhatItBroughtInAndThrowsForNothingElse() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c")
                .loader(key -> {
                    if (key.equals(BOB)) {
                        throw new IllegalStateException("down");
                    }
                    return source.load(key);
                })
                .build();
        assertThat(cache.warmUp(List.of(ANN, BOB, ANN_PLAN))).isEqualTo(2);
        assertThat(cache.stats().failedLoads()).isEqualTo(1);
    }

    @Test
    protected void aBypassedCacheAsksItsSourceForEveryReadAndKeepsNothing() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c").scope(UserKey::scope).build();
        cache.get(ANN);
        cache.bypass(true);
        source.set(ANN, "paid");
        assertThat(cache.health().bypassed()).isTrue();
        assertThat(cache.get(ANN)).isEqualTo("paid");
        assertThat(cache.getAll(List.of(ANN)).values()).isEqualTo(Map.of(ANN, "paid"));
        assertThat(cache.refresh(ANN)).isEqualTo("paid");
        assertThat(cache.find(ANN)).isEmpty();
        assertThat(source.calls()).isEqualTo(4);
        assertThat(cache.stats().nearEntries()).isZero();
        assertThat(cache.invalidate(ANN)).isEqualTo(Ack.DONE);
        assertThat(cache.invalidateScope("ann")).isEqualTo(Ack.DONE);
    }

    @Test
    protected void aCacheThatWasBypassedKnowsOnlyWhatWasLoadedAfterIt() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c").build();
        cache.get(ANN);
        cache.bypass(true);
        source.set(ANN, "paid");
        cache.get(ANN);
        assertThat(cache.invalidate(ANN))
                .as("reaches what is kept beyond this process")
                .isEqualTo(Ack.DONE);
        source.set(ANN, "ended");
        cache.bypass(false);
        assertThat(cache.get(ANN)).isEqualTo("ended");
        assertThat(cache.get(ANN)).isEqualTo("ended");
        assertThat(source.calls()).isEqualTo(3);
    }

    @Test
    protected void theEnvironmentCanSwitchACacheOff() throws Exception {
        Memory switched = another(MemorySettings.fromEnvironment(Map.of("MNEME_BYPASS", "off, other")));
        TieredCache<UserKey, String> off = users(switched, "off").build();
        TieredCache<UserKey, String> on = users(switched, "on").build();
        source.set(ANN, "free");
        assertThat(off.health().bypassed()).isTrue();
        assertThat(on.health().bypassed()).isFalse();
        off.get(ANN);
        off.get(ANN);
        assertThat(source.calls()).isEqualTo(2);
    }

    protected final List<UserKey> keys(int count) {
        List<UserKey> keys = IntStream.range(0, count)
                .mapToObj(i -> new UserKey("user-" + i % 7, "part-" + i))
                .toList();
        keys.forEach(key -> source.set(key, "of " + key.part()));
        return keys;
    }
}
