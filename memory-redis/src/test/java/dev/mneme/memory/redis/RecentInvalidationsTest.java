package dev.mneme.memory.redis;

import static dev.mneme.memory.cache.spi.FarLevelContract.key;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.spi.FarKey;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What was invalidated in the last minute is known, and no more of it than there is room for. */
class RecentInvalidationsTest {

    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final RecentInvalidations recent = new RecentInvalidations(time::get, 100);

    private static Target target(String name) {
        return Target.of(key(name));
    }

    private void pass(long nanos) {
        time.addAndGet(nanos);
    }

    @Test
    void aMinuteIsRememberedAndNotLonger() {
        recent.add(List.of(target("a")));
        pass(1);
        recent.add(List.of(target("b")));
        pass(ofSeconds(60).toNanos());
        assertThat(recent.take(bucket -> true)).containsExactly(target("b"));
    }

    @Test
    void whatIsInvalidatedAgainIsRememberedFromThen() {
        recent.add(List.of(target("a"), target("b")));
        pass(ofSeconds(59).toNanos());
        recent.add(List.of(target("a")));
        pass(ofSeconds(59).toNanos());
        assertThat(recent.take(bucket -> true)).containsExactly(target("a"));
    }

    @Test
    void whatIsTakenIsTakenOnceAndOnlyOfTheBucketsAskedFor() {
        recent.add(List.of(target("a"), target("b")));
        int bucket = key("a").bucket();
        assertThat(key("b").bucket()).isNotEqualTo(bucket);
        assertThat(recent.take(one -> one == bucket)).containsExactly(target("a"));
        assertThat(recent.take(one -> true)).containsExactly(target("b"));
        assertThat(recent.take(one -> true)).isEmpty();
    }

    @Test
    void ofTooManyTheRootsAreRemembered() {
        for (int i = 0; i < 10_000; i++) {
            recent.add(List.of(target("k" + i)));
        }
        List<Target> taken = recent.take(bucket -> true);
        assertThat(taken).hasSizeLessThanOrEqualTo(101);
        List<String> ids = taken.stream().map(Target::id).toList();
        assertThat(IntStream.range(0, 10_000).mapToObj(i -> key("k" + i)))
                .allMatch(
                        (FarKey key) -> ids.contains(Target.id(key)) || ids.contains(Target.rootId("c", key.bucket())));
    }
}
