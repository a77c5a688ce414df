package dev.mneme.memory.cache.spi;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import dev.mneme.memory.cache.CacheEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the far level's buckets: which version of each it has applied, and until when its near levels
 * may therefore be trusted.
 *
 * <p>Every invalidation gives its bucket a new version and sends a message that names the version before it. A
 * heartbeat reads all versions. As long as the version read is the one applied, nothing was missed, and the near levels
 * hold nothing that was invalidated before the heartbeat was <em>sent</em>; this is good for the bound and no longer.
 * Any other version means that a message was lost or is late, and costs the bucket its near entries.
 *
 * <p>Messages and heartbeats are told by one thread, in the order in which they arrived. Trust may be read by all.
 */
public final class Coherence {

    /** Those who hold near entries. Called on the thread that tells; must not block. */
    public interface NearLevels {

        /** Makes what is dropped unservable before returning, loads in flight included. */
        void drop(int bucket, Dropped dropped);

        /** Makes all of a bucket unservable before returning, loads in flight included. */
        void flush(int bucket);

        /** Something worth an operator's notice. */
        void event(CacheEvent event);
    }

    private final Ticker ticker;
    private final long boundNanos;
    private final NearLevels nears;
    private final @Nullable String[] applied = new @Nullable String[FarKey.BUCKETS];
    private final AtomicLongArray trustedUntil = new AtomicLongArray(FarKey.BUCKETS);
    private volatile long allTrustedUntil;

    /**
     * A node that trusts nothing yet.
     *
     * @param bound how long a heartbeat is good for, counted from when it was sent; more than zero
     */
    public Coherence(Ticker ticker, Duration bound, NearLevels nears) {
        this.ticker = requireNonNull(ticker, "ticker");
        this.nears = requireNonNull(nears, "nears");
        this.boundNanos = bound.toNanos();
        if (boundNanos <= 0) {
            throw new IllegalArgumentException("the staleness bound must be more than zero, was " + bound);
        }
        long past = ticker.nanos() - 1;
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            trustedUntil.set(bucket, past);
        }
        allTrustedUntil = past;
    }

    /** The clock by which heartbeats are timed. */
    public Ticker ticker() {
        return ticker;
    }

    /** How long a heartbeat is good for. */
    public Duration bound() {
        return Duration.ofNanos(boundNanos);
    }

    /**
     * An invalidation, as it was published.
     *
     * @param predecessor the bucket's version before it; empty if it had none
     * @param version the bucket's version after it
     */
    public void message(int bucket, String predecessor, String version, Dropped dropped) {
        // the order matters: once the version counts as applied, a heartbeat may renew the trust in what is left
        nears.drop(bucket, dropped);
        if (predecessor.equals(applied[bucket])) {
            applied[bucket] = version;
        }
    }

    /**
     * The versions of all buckets, as one round of reads found them.
     *
     * @param sentNanos the ticker's reading before the first of the reads was sent
     * @param versions by bucket; null where there is none
     */
    public void heartbeat(long sentNanos, List<@Nullable String> versions) {
        if (versions.size() != FarKey.BUCKETS) {
            throw new IllegalArgumentException(
                    "a heartbeat must have " + FarKey.BUCKETS + " versions, had " + versions.size());
        }
        long until = sentNanos + boundNanos;
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            String version = versions.get(bucket);
            if (version == null || !version.equals(applied[bucket])) {
                boolean first = applied[bucket] == null;
                nears.flush(bucket);
                applied[bucket] = version;
                if (!first) {
                    nears.event(new CacheEvent.BucketFlushed(bucket));
                }
            }
            if (version != null && trustedUntil.get(bucket) - until < 0) {
                trustedUntil.set(bucket, until);
            }
        }
        long least = trustedUntil.get(0);
        for (int bucket = 1; bucket < FarKey.BUCKETS; bucket++) {
            least = trustedUntil.get(bucket) - least < 0 ? trustedUntil.get(bucket) : least;
        }
        allTrustedUntil = least;
    }

    /** Something worth an operator's notice, from the far level. */
    public void event(CacheEvent event) {
        nears.event(event);
    }

    /** The ticker's reading until which every bucket is trusted; compare by subtraction. */
    public long allTrustedUntil() {
        return allTrustedUntil;
    }

    /** The ticker's reading until which a bucket is trusted; compare by subtraction. */
    public long trustedUntil(int bucket) {
        return trustedUntil.get(bucket);
    }

    /** How many buckets are not trusted now. */
    public int untrusted() {
        long now = ticker.nanos();
        int untrusted = 0;
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            untrusted += trustedUntil.get(bucket) - now > 0 ? 0 : 1;
        }
        return untrusted;
    }
}
