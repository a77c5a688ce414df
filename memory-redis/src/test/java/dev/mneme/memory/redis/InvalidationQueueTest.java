package dev.mneme.memory.redis;

import static dev.mneme.memory.cache.spi.FarLevelContract.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.redis.InvalidationQueue.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What waits to be sent bypasses Redis until it was, whatever happens in between. */
class InvalidationQueueTest {

    private static final int CAPACITY = 100;

    private final List<String> overflowed = new ArrayList<>();
    private final InvalidationQueue queue = new InvalidationQueue(CAPACITY, overflowed::add);

    private static List<Target> targets(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> Target.of(key("k" + i))).toList();
    }

    private boolean covers(FarKey key) {
        return queue.covers(key, key.bucket());
    }

    @Test
    void aKeyIsCoveredByItselfByEachOfItsScopesAndByItsRoot() {
        var key = new FarKey("c", 1, "", "p", List.of("u", "u/p"));
        for (Target target : List.of(
                Target.of(key),
                Target.of(new Dropped.Scope("c", "u")),
                Target.of(new Dropped.Scope("c", "u/p")),
                Target.root("c", key.bucket()))) {
            assertThat(covers(key)).isFalse();
            queue.add(List.of(target));
            assertThat(covers(key)).as(target.id()).isTrue();
            queue.sent(queue.all());
        }
        for (Target other : List.of(
                Target.of(new FarKey("d", 1, "", "p", List.of("u"))),
                Target.of(new FarKey("c", 1, "o", "p", List.of("u"))),
                Target.of(new Dropped.Scope("c", "u/q")),
                Target.root("d", key.bucket()),
                Target.root("c", (key.bucket() + 1) % FarKey.BUCKETS))) {
            queue.add(List.of(other));
        }
        assertThat(covers(key)).isFalse();
        assertThat(covers(new FarKey("c", 2, "o", "p", List.of())))
                .as("whatever the schema")
                .isTrue();
    }

    @Test
    void asManyAsFitAreKeptAsTheyAre() {
        queue.add(targets(0, CAPACITY));
        queue.add(targets(0, CAPACITY));
        assertThat(queue.size()).isEqualTo(CAPACITY);
        assertThat(overflowed).isEmpty();
        assertThat(covers(key("another"))).isFalse();
    }

    @Test
    void ofMoreOnlyTheRootsAreKeptWhichTakeEveryKeyWithThem() {
        var scoped = new FarKey("c", 1, "", "s", List.of("u"));
        queue.add(List.of(Target.of(new Dropped.Scope("c", "u"))));
        queue.add(targets(0, CAPACITY));
        assertThat(overflowed).containsExactly("c");
        assertThat(queue.size()).isLessThanOrEqualTo(FarKey.BUCKETS);
        assertThat(queue.all()).allMatch(one -> one.target.key() == null);
        for (int i = 0; i < CAPACITY; i++) {
            assertThat(covers(key("k" + i))).isTrue();
        }
        assertThat(covers(scoped)).isTrue();
    }

    @Test
    void itNeverHoldsMoreThanItsCapacityAndTheRootsOfOneCache() {
        for (int i = 0; i < 10_000; i++) {
            queue.add(targets(i, i + 1));
            assertThat(queue.size()).isLessThanOrEqualTo(CAPACITY + 1);
        }
    }

    @Test
    void theKeysOfOtherCachesStayAsTheyAre() {
        FarKey other = new FarKey("d", 1, "", "k0", List.of());
        queue.add(List.of(Target.of(other)));
        queue.add(targets(0, CAPACITY));
        assertThat(covers(other)).isTrue();
        assertThat(queue.covers(new FarKey("d", 1, "", "k1", List.of()), other.bucket()))
                .isFalse();
    }

    @Test
    void whatIsQueuedAgainWhileItIsSentWaitsOn() {
        queue.add(targets(0, 2));
        List<Waiting> sending = queue.all();
        queue.add(targets(0, 1));
        queue.sent(sending);
        assertThat(queue.size()).isEqualTo(1);
        assertThat(covers(key("k0"))).isTrue();
        assertThat(covers(key("k1"))).isFalse();
    }

    @Test
    void aRootThatIsSentWhileKeysCollapseIntoItWaitsOn() {
        queue.add(targets(0, CAPACITY + 1));
        List<Waiting> sending = queue.all();
        queue.add(targets(CAPACITY + 1, 3 * CAPACITY));
        queue.sent(sending);
        for (int i = CAPACITY + 1; i < 3 * CAPACITY; i++) {
            assertThat(covers(key("k" + i))).isTrue();
        }
    }
}
