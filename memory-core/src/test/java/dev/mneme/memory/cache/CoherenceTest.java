package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CoherenceTest {

    private static final Duration BOUND = ofMillis(1_500);
    private static final int BUCKET = 5;
    private static final Dropped KEY = new Dropped.Keys("c", List.of("k"));

    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 10);
    private final List<String> told = new ArrayList<>();
    private final Coherence coherence = new Coherence(time::get, BOUND, new Coherence.NearLevels() {
        @Override
        public void drop(int bucket, Dropped dropped) {
            told.add("drop " + bucket);
        }

        @Override
        public void flush(int bucket) {
            if (bucket == BUCKET) {
                told.add("flush, trusted " + trusted());
            }
        }

        @Override
        public void event(CacheEvent event) {
            told.add(event.toString());
        }
    });

    @Test
    void aNodeThatHasHeardNothingTrustsNothing() {
        assertThat(trusted()).isFalse();
        assertThat(coherence.untrusted()).isEqualTo(FarKey.BUCKETS);
        assertThat(coherence.allTrustedUntil() - time.get()).isNegative();
        assertThat(coherence.bound()).isEqualTo(BOUND);
    }

    @Test
    void aHeartbeatIsGoodForTheBoundCountedFromWhenItWasSent() {
        long sent = time.get();
        pass(ofMillis(400));
        beat(sent, "1");
        pass(ofMillis(1_100).minusNanos(1));
        assertThat(trusted()).isTrue();
        assertThat(coherence.allTrustedUntil() - time.get()).isEqualTo(1);
        pass(Duration.ofNanos(1));
        assertThat(trusted()).isFalse();
        assertThat(coherence.untrusted()).isEqualTo(FarKey.BUCKETS);
    }

    @Test
    void aHeartbeatThatComesBackAfterTheBoundGivesNoTrust() {
        long sent = time.get();
        pass(BOUND);
        beat(sent, "1");
        assertThat(trusted()).isFalse();
    }

    @Test
    void anOldHeartbeatDoesNotShortenTheTrustOfANewerOne() {
        long early = time.get();
        pass(ofMillis(300));
        beat(time.get(), "1");
        beat(early, "1");
        assertThat(coherence.trustedUntil(BUCKET) - time.get()).isEqualTo(BOUND.toNanos());
    }

    @Test
    void theFirstVersionAndEveryUnknownOneCostTheBucketItsEntriesBeforeThereIsTrust() {
        beat(time.get(), "1");
        assertThat(told).containsExactly("flush, trusted false");
        told.clear();
        pass(BOUND);
        beat(time.get(), "2");
        assertThat(told).containsExactly("flush, trusted false", new CacheEvent.BucketFlushed(BUCKET).toString());
        assertThat(trusted()).isTrue();
    }

    @Test
    void theSameVersionCostsNothing() {
        beat(time.get(), "1");
        told.clear();
        beat(time.get(), "1");
        assertThat(told).isEmpty();
    }

    @Test
    void aMessageWhosePredecessorWasAppliedIsAppliedItself() {
        beat(time.get(), "1");
        told.clear();
        coherence.message(BUCKET, "1", "2", KEY);
        coherence.message(BUCKET, "2", "3", KEY);
        beat(time.get(), "3");
        assertThat(told).containsExactly("drop 5", "drop 5");
    }

    @Test
    void aMessageAfterALostOneIsObeyedButNotApplied() {
        beat(time.get(), "1");
        told.clear();
        coherence.message(BUCKET, "2", "3", KEY);
        assertThat(told).containsExactly("drop 5");
        beat(time.get(), "3");
        assertThat(told).hasSize(3).contains("flush, trusted true");
    }

    @Test
    void aMessageWithoutAPredecessorNeverMatchesABucketWithoutAVersion() {
        coherence.message(BUCKET, "", "1", KEY);
        told.clear();
        beat(time.get(), "1");
        assertThat(told).as("who knows what came before it").containsExactly("flush, trusted false");
    }

    @Test
    void aMissingVersionFlushesAndGivesNoTrust() {
        beat(time.get(), "1");
        told.clear();
        pass(ofMillis(1_000));
        beat(time.get(), null);
        assertThat(told).containsExactly("flush, trusted true", new CacheEvent.BucketFlushed(BUCKET).toString());
        assertThat(coherence.trustedUntil(BUCKET) - time.get())
                .as("no more than from the heartbeat before it")
                .isEqualTo(ofMillis(500).toNanos());
        pass(ofMillis(500));
        beat(time.get(), null);
        assertThat(trusted()).isFalse();
        coherence.message(BUCKET, "", "2", KEY);
        told.clear();
        beat(time.get(), "2");
        assertThat(told).contains("flush, trusted false");
    }

    @Test
    void whatIsDroppedIsDroppedBeforeItsVersionCountsAsApplied() {
        // the drop throws: had the version been recorded first, the heartbeat would renew the trust in what was not
        // dropped
        var throwing = new Coherence(time::get, BOUND, new Coherence.NearLevels() {
            @Override
            public void drop(int bucket, Dropped dropped) {
                throw new IllegalStateException("not dropped");
            }

            @Override
            public void flush(int bucket) {
                told.add("flush " + bucket);
            }

            @Override
            public void event(CacheEvent event) {}
        });
        throwing.heartbeat(time.get(), versions("1"));
        told.clear();
        assertThatThrownBy(() -> throwing.message(BUCKET, "1", "2", KEY)).hasMessage("not dropped");
        throwing.heartbeat(time.get(), versions("2"));
        assertThat(told).containsExactly("flush 5");
    }

    @Test
    void oneBucketWithoutTrustIsEnoughToRefuseTheQuickRead() {
        List<@Nullable String> versions = versions("1");
        versions.set(9, null);
        coherence.heartbeat(time.get(), versions);
        assertThat(coherence.allTrustedUntil() - time.get()).isNegative();
        assertThat(coherence.untrusted()).isEqualTo(1);
        assertThat(trusted()).isTrue();
    }

    @Test
    void aHeartbeatHasAVersionForEachBucketAndTheBoundIsMoreThanZero() {
        assertThatThrownBy(() -> coherence.heartbeat(time.get(), List.of("1")))
                .hasMessage("a heartbeat must have 64 versions, had 1");
        assertThatThrownBy(() -> new Coherence(time::get, Duration.ZERO, new Coherence.NearLevels() {
                    @Override
                    public void drop(int bucket, Dropped dropped) {}

                    @Override
                    public void flush(int bucket) {}

                    @Override
                    public void event(CacheEvent event) {}
                }))
                .hasMessage("the staleness bound must be more than zero, was PT0S");
    }

    private void beat(long sent, @Nullable String version) {
        List<@Nullable String> versions = versions("other");
        versions.set(BUCKET, version);
        coherence.heartbeat(sent, versions);
    }

    private static List<@Nullable String> versions(String other) {
        List<@Nullable String> versions = new ArrayList<>(Collections.nCopies(FarKey.BUCKETS, "1"));
        versions.set(BUCKET, other);
        return versions;
    }

    private boolean trusted() {
        return coherence.trustedUntil(BUCKET) - time.get() > 0;
    }

    private void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
    }
}
