package dev.mneme.resilience.health;

import static java.util.Objects.requireNonNull;

import dev.mneme.HealthCheck;
import dev.mneme.HealthCheck.Source;
import dev.mneme.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A host's readiness: its checks, asked side by side, and the answers as one report.
 *
 * <pre>{@code
 * Health health = Health.of(redis.required(), qdrant.optional(), components);
 * HealthReport report = health.report();
 * respond(report.httpStatus(), report.json());
 * }</pre>
 *
 * <p>All checks together are waited for {@code timeout} at most (1 s unless set). One that has not answered by then is
 * unhealthy and is interrupted; it is not asked again before it has ended. A report is kept for {@code cachedFor} (2 s
 * unless set), so a page may be read as often as one likes; callers that come while checks run wait for the same report.
 *
 * <p><b>Threads.</b> No check runs on the caller's thread. On JDK 21 and newer each runs on a virtual thread, at most one
 * for each check; before, all run on at most {@code maxThreads} daemon threads (16 unless set), which end after 5 s
 * without work. At most 256 checks are run; if there are more, the report is degraded and says so.
 *
 * <p><b>Privacy.</b> A page shows what a check's author wrote, on one line of bounded length, and for an exception a few
 * fixed words or its class; never an exception's message.
 *
 * <p>Safe for many threads.
 */
public final class Health implements AutoCloseable {

    private final CheckRuns runs;
    private final Ticker ticker;
    private final long timeoutNanos;
    private final long cachedNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable HealthReport last;
    private long lastMadeNanos;
    private @Nullable CompletableFuture<HealthReport> beingMade;

    private Health(Builder builder) {
        this.ticker = builder.ticker;
        this.timeoutNanos = builder.timeout.toNanos();
        this.cachedNanos = builder.cachedFor.toNanos();
        this.runs = new CheckRuns(builder.sources, CheckPool.create(builder.maxThreads), ticker, builder.timeout);
    }

    /** The readiness of these checks, in this order. */
    public static Health of(HealthCheck.Source... checks) {
        return builder(checks).build();
    }

    /** The same with other limits than the usual ones. */
    public static Builder builder(HealthCheck.Source... checks) {
        return new Builder(List.of(checks));
    }

    /**
     * How well the host works now, or did at most {@code cachedFor} ago. It never throws, and returns within about the
     * timeout; an interrupt does not shorten it, and the flag is kept.
     */
    public HealthReport report() {
        var mine = new CompletableFuture<HealthReport>();
        CompletableFuture<HealthReport> other;
        lock.lock();
        try {
            if (last != null && ticker.nanos() - lastMadeNanos < cachedNanos) {
                return last;
            }
            other = beingMade;
            if (other == null) {
                beingMade = mine;
            }
        } finally {
            lock.unlock();
        }
        return other == null ? make(mine) : await(other);
    }

    private HealthReport make(CompletableFuture<HealthReport> mine) {
        HealthReport report = makeOrSayWhyNot();
        lock.lock();
        try {
            last = report;
            lastMadeNanos = ticker.nanos();
            beingMade = null;
        } finally {
            lock.unlock();
        }
        mine.complete(report);
        return report;
    }

    private HealthReport makeOrSayWhyNot() {
        try {
            return runs.report();
        } catch (Throwable e) {
            // a page that fails to load says less than one that says why
            return Answers.noReport("no report could be made: " + Failure.words(e));
        }
    }

    // twice the timeout: it was perhaps just begun, and asking the sources themselves takes a moment
    private HealthReport await(CompletableFuture<HealthReport> other) {
        long untilNanos = System.nanoTime() + 2 * timeoutNanos;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return other.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException | TimeoutException e) {
                    return Answers.noReport("the sources of checks do not answer");
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Interrupts the checks that run, and asks none again: from now on, once a cached report has aged, each check is
     * unhealthy. Does not wait.
     */
    @Override
    public void close() {
        runs.close();
    }

    /** The limits of a {@link Health}. Not safe for threads. */
    public static final class Builder {

        private static final Duration LONGEST = Duration.ofMinutes(5);
        private static final int MOST_THREADS = 256;

        private final List<Source> sources;
        private Duration timeout = Duration.ofSeconds(1);
        private Duration cachedFor = Duration.ofSeconds(2);
        private int maxThreads = 16;
        private Ticker ticker = Ticker.system();

        private Builder(List<Source> sources) {
            this.sources = sources;
        }

        /**
         * How long answers are waited for, 1 s unless set.
         *
         * @throws IllegalArgumentException if it is not at least 1 ms and at most 5 min
         */
        public Builder timeout(Duration timeout) {
            if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("timeout must be PT0.001S to " + LONGEST + ", was " + timeout);
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * How long a report is kept, 2 s unless set; zero keeps none.
         *
         * @throws IllegalArgumentException if it is below zero or over 5 min
         */
        public Builder cachedFor(Duration cachedFor) {
            if (cachedFor.isNegative() || cachedFor.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("cachedFor must be PT0S to " + LONGEST + ", was " + cachedFor);
            }
            this.cachedFor = cachedFor;
            return this;
        }

        /**
         * The most threads for checks where there are no virtual ones, 16 unless set.
         *
         * @throws IllegalArgumentException if it is not 1 to 256
         */
        public Builder maxThreads(int maxThreads) {
            if (maxThreads < 1 || maxThreads > MOST_THREADS) {
                throw new IllegalArgumentException("maxThreads must be 1 to " + MOST_THREADS + ", was " + maxThreads);
            }
            this.maxThreads = maxThreads;
            return this;
        }

        /** The time by which reports age and answers are timed, {@link Ticker#system()} unless set. */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        public Health build() {
            return new Health(this);
        }
    }
}
