package dev.mneme.events.stream.spi;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Heartbeat;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.ReplaySubscriber;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All listeners of a replay buffer: their bounds, the threads that call them, and what is counted of them. Which listener
 * is of which session, and what each must be given, is the buffer's own affair.
 *
 * <p>Listeners are called on virtual threads where the JDK has them (21 and later), else on a pool of a few daemon threads,
 * which grows by one for each listener that hangs, up to {@code maxThreads}. Safe for use by many threads.
 */
public final class ReplayListeners {

    private static final long LONGEST_SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int SWEEPS = 20;
    private static final int VIRTUAL_THREADS = 64;

    /**
     * The bounds.
     *
     * @param maxListeners listeners at once
     * @param maxBehind events that may wait for one of them, beside those it missed before it came
     * @param heartbeatEvery the silence after which it gets a heartbeat
     * @param maxHang the longest a call of it may take
     */
    public record Limits(int maxListeners, int maxBehind, Duration heartbeatEvery, Duration maxHang) {}

    /** A look at the listeners at one moment: who has hung or been silent for too long. */
    public static final class Sweep {

        final long hangsSince;
        final long silentSince;
        final Heartbeat heartbeat;

        Sweep(long hangsSince, long silentSince, Heartbeat heartbeat) {
            this.hangsSince = hangsSince;
            this.silentSince = silentSince;
            this.heartbeat = heartbeat;
        }
    }

    private final Limits limits;
    private final Ticker ticker;
    private final InstantSource clock;
    private final Workers workers;
    private final long heartbeatNanos;
    private final long maxHangNanos;

    private final AtomicInteger attached = new AtomicInteger();
    private final LongAdder sent = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    private ReplayListeners(Limits limits, Ticker ticker, InstantSource clock, Workers workers) {
        this.limits = requireNonNull(limits, "limits");
        this.ticker = requireNonNull(ticker, "ticker");
        this.clock = requireNonNull(clock, "clock");
        this.workers = requireNonNull(workers, "workers");
        this.heartbeatNanos = limits.heartbeatEvery().toNanos();
        this.maxHangNanos = limits.maxHang().toNanos();
    }

    /** Listeners that are called on these threads, and whose heartbeats the system's clock dates. */
    public static ReplayListeners on(Workers workers, Limits limits, Ticker ticker) {
        return on(workers, limits, ticker, InstantSource.system());
    }

    /** The same with another clock. */
    public static ReplayListeners on(Workers workers, Limits limits, Ticker ticker, InstantSource clock) {
        return new ReplayListeners(limits, ticker, clock, workers);
    }

    /** The threads for listeners: so many of a pool at most, where there are no virtual ones. */
    public static Workers threads(int maxThreads) {
        int first = Math.min(maxThreads, Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
        return Workers.create("mneme-replay-", VIRTUAL_THREADS, Integer.MAX_VALUE, first, maxThreads);
    }

    /** Whether there is room for one more, who is then counted until it is over, or {@link #giveUp} is called. */
    public boolean tryEnter() {
        if (attached.incrementAndGet() > limits.maxListeners()) {
            attached.decrementAndGet();
            return false;
        }
        return true;
    }

    /** One that has entered does not come. */
    public void giveUp() {
        attached.decrementAndGet();
    }

    /**
     * One that has entered.
     *
     * @param onLeave told once, under no lock of the listener, when it went away by itself or was closed
     * @param gap what it is told first, if anything
     * @param missed what it is given next
     */
    public ReplayListener listener(
            ReplaySubscriber subscriber, Consumer<ReplayListener> onLeave, @Nullable Gap gap, List<Item> missed) {
        if (gap != null) {
            gaps.increment();
        }
        return new ReplayListener(this, subscriber, onLeave, gap, missed, ticker.nanos());
    }

    /** Has these be called, and never waits. To be called without a lock that a listener's leaving takes. */
    public void start(Collection<ReplayListener> listeners) {
        if (!listeners.isEmpty() && !workers.execute(listeners)) {
            listeners.forEach(ReplayListener::close);
        }
    }

    /** A look at this moment, for {@link ReplayListener#sweep}. */
    public Sweep sweep() {
        long now = ticker.nanos();
        return new Sweep(now - maxHangNanos, now - heartbeatNanos, new Heartbeat(clock.instant()));
    }

    /** How often listeners should be swept, in nanoseconds: a second at most. */
    public long sweepEveryNanos() {
        return Math.max(1, Math.min(Math.min(heartbeatNanos, maxHangNanos) / SWEEPS, LONGEST_SWEEP_NANOS));
    }

    /** Waits until what all have been told has been said, for so long at most, and then interrupts those that hang. */
    public void close(Duration drainFor) {
        workers.awaitIdle(drainFor);
        workers.close();
    }

    /** How many are attached. */
    public int attached() {
        return attached.get();
    }

    /** How many events were given, to each listener counted. */
    public long sent() {
        return sent.sum();
    }

    /** How many listeners were told of a gap, each time counted. */
    public long gaps() {
        return gaps.sum();
    }

    /** How many listeners were too slow, or hung. */
    public long dropped() {
        return dropped.sum();
    }

    int maxBehind() {
        return limits.maxBehind();
    }

    long nanos() {
        return ticker.nanos();
    }

    void over() {
        attached.decrementAndGet();
    }

    void countSent() {
        sent.increment();
    }

    void countGap() {
        gaps.increment();
    }

    void countDropped() {
        dropped.increment();
    }
}
