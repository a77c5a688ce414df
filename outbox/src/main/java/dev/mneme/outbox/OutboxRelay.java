package dev.mneme.outbox;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import dev.mneme.events.stream.EventSink;
import java.time.Duration;
import java.util.BitSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the events of an {@link Outbox} to a sink.
 *
 * <p>The events lie in 16 lanes, those of a key in one lane. Relays in any number of processes share the lanes: each
 * leases its part and renews it; the lanes of one that died are free when its lease is over, those of one that is cut off
 * from the sink for as long, at once if another relay reaches it. A relay that was paused and goes on as if it still had a
 * lane is refused by the sink and by the database.
 *
 * <p>It runs on daemon threads of its own: one that looks for events, and {@code threads} that wait for the sink, each
 * with one lane's batch. A connection is held for single statements and short transactions, never while the sink is
 * waited for. If the database or the sink is away it tries again, with waits up to a few seconds.
 *
 * <p>Safe for use by many threads.
 */
public final class OutboxRelay implements AutoCloseable {

    private final RelayLoop loop;
    private final Outbox outbox;
    private final Duration drainFor;

    private OutboxRelay(RelayLoop loop, Outbox outbox, Duration drainFor) {
        this.loop = loop;
        this.outbox = outbox;
        this.drainFor = drainFor;
    }

    /** What it did since it was started. */
    public RelayNumbers numbers() {
        return loop.numbers();
    }

    /**
     * Lets the batches that are under way come to an end, for at most {@code drainFor}, then gives the lanes to others.
     * What was not delivered stays in the outbox. Waits; does nothing the second time.
     */
    @Override
    public void close() {
        outbox.remove(this);
        loop.close(drainFor);
    }

    void wake(BitSet lanes) {
        loop.wake(lanes);
    }

    /** What the loop needs to know. */
    record Pace(int batch, int threads, Duration lease, Duration shortestPoll, Duration longestPoll) {}

    /** Settings of a relay. */
    public static final class Builder {

        private final Outbox outbox;
        private final EventSink sink;
        private int maxBatch = 500;
        private int threads = 4;
        private Duration lease = Duration.ofSeconds(10);
        private Duration shortestPoll = Duration.ofMillis(5);
        private Duration longestPoll = Duration.ofSeconds(1);
        private Duration drainFor = Duration.ofSeconds(10);
        private @Nullable Ticker ticker;

        Builder(Outbox outbox, EventSink sink) {
            this.outbox = outbox;
            this.sink = requireNonNull(sink, "sink");
        }

        /** The most events that are sent at once of a lane and a priority: 500 by default, 1 to 2000. */
        public Builder maxBatch(int maxBatch) {
            Limits.between("maxBatch", maxBatch, 1, 2_000);
            this.maxBatch = maxBatch;
            return this;
        }

        /** How many lanes wait for the sink at the same time: 4 by default, 1 to 16. */
        public Builder threads(int threads) {
            Limits.between("threads", threads, 1, OutboxRow.LANES);
            this.threads = threads;
            return this;
        }

        /** After how long another relay takes over from one that died: 10 seconds by default, 100 ms to 10 minutes. */
        public Builder lease(Duration lease) {
            Limits.duration("lease", lease, Duration.ofMillis(100), Duration.ofMinutes(10));
            this.lease = lease;
            return this;
        }

        /**
         * How often it looks for events that nobody woke it for: as soon after some as {@code shortest}, then seldomer, up
         * to {@code longest}, each with a random part. 5 ms and 1 s by default.
         */
        public Builder pollEvery(Duration shortest, Duration longest) {
            Limits.duration("shortest", shortest, Duration.ofMillis(1), Duration.ofMinutes(1));
            Limits.duration("longest", longest, shortest, Duration.ofMinutes(1));
            this.shortestPoll = shortest;
            this.longestPoll = longest;
            return this;
        }

        /** How long {@link #close} waits for batches that are under way: 10 seconds by default, up to 10 minutes. */
        public Builder drainFor(Duration drainFor) {
            Limits.duration("drainFor", drainFor, Duration.ZERO, Duration.ofMinutes(10));
            this.drainFor = drainFor;
            return this;
        }

        /** Counts durations by another ticker; for tests. Leases and waits of events run by the database's clock. */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        /** Begins to deliver; returns at once. */
        public OutboxRelay start() {
            var pace = new Pace(maxBatch, threads, lease, shortestPoll, longestPoll);
            var loop = RelayLoop.create(
                    outbox, sink, UUID.randomUUID().toString(), pace, ticker == null ? Ticker.system() : ticker);
            var relay = new OutboxRelay(loop, outbox, drainFor);
            outbox.add(relay);
            loop.start();
            return relay;
        }
    }
}
