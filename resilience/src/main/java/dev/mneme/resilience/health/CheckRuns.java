package dev.mneme.resilience.health;

import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Source;
import dev.mneme.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;

/** Runs all checks of a report side by side, and each of them only if its last run has ended. */
final class CheckRuns {

    static final int MOST_CHECKS = 256;

    private final List<Source> sources;
    private final CheckPool pool;
    private final Ticker ticker;
    private final Duration timeout;
    private final ConcurrentMap<String, CheckRun> running = new ConcurrentHashMap<>();
    private volatile boolean closed;

    CheckRuns(List<Source> sources, CheckPool pool, Ticker ticker, Duration timeout) {
        this.sources = sources;
        this.pool = pool;
        this.ticker = ticker;
        this.timeout = timeout;
    }

    /** Asks every check and waits for the answers, at most {@code timeout} for all of them. */
    HealthReport report() {
        long untilNanos = System.nanoTime() + timeout.toNanos();
        var own = new ArrayList<ServiceHealth>();
        List<Rated> checks = collect(own);
        Map<String, Integer> seen = new HashMap<>();
        var asked = new ArrayList<Asked>();
        for (Rated rated : checks) {
            // two services may share a name; each has its own run
            int nth = seen.merge(rated.name(), 1, Integer::sum);
            asked.add(ask(nth + "/" + rated.name(), rated));
        }
        var services = new ArrayList<ServiceHealth>();
        boolean interrupted = false;
        for (Asked each : asked) {
            ServiceHealth answer = null;
            while (answer == null) {
                try {
                    answer = each.await(untilNanos);
                } catch (InterruptedException e) {
                    // the wait is short and bounded; the caller finds the flag when it has its report
                    interrupted = true;
                }
            }
            services.add(answer);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        services.addAll(own);
        return HealthReport.of(services);
    }

    void close() {
        closed = true;
        // cancelled first, so that a check ends as closed and not as failed by the pool's interrupt
        running.values().forEach(CheckRun::cancel);
        pool.close();
    }

    private List<Rated> collect(List<ServiceHealth> own) {
        var checks = new ArrayList<Rated>();
        for (Source source : sources) {
            try {
                checks.addAll(List.copyOf(source.checks()));
            } catch (Throwable e) {
                own.add(Answers.ownFailure("a source of checks failed: " + Failure.words(e)));
            }
        }
        if (checks.size() <= MOST_CHECKS) {
            return checks;
        }
        own.add(Answers.tooMany(checks.size() - MOST_CHECKS, MOST_CHECKS));
        return checks.subList(0, MOST_CHECKS);
    }

    private Asked ask(String id, Rated rated) {
        if (closed) {
            return answered(Answers.unhealthy(rated, "not asked: closed", Duration.ZERO));
        }
        var run = new CheckRun(rated, ticker, ended -> running.remove(id, ended));
        if (!enter(id, run)) {
            return answered(Answers.unhealthy(rated, "still no answer to an earlier question", Duration.ZERO));
        }
        try {
            pool.run(run);
            return untilNanos -> run.await(untilNanos, timeout);
        } catch (Throwable e) {
            running.remove(id, run);
            String words = e instanceof RejectedExecutionException ? "not asked: closed" : Failure.words(e);
            return answered(Answers.unhealthy(rated, words, Duration.ZERO));
        }
    }

    private boolean enter(String id, CheckRun run) {
        CheckRun earlier = running.putIfAbsent(id, run);
        if (earlier == null) {
            return true;
        }
        // it may have answered, and its thread not have come to taking it off
        return earlier.isOver() && (running.replace(id, earlier, run) || running.putIfAbsent(id, run) == null);
    }

    private static Asked answered(ServiceHealth answer) {
        return untilNanos -> answer;
    }

    @FunctionalInterface
    private interface Asked {
        ServiceHealth await(long untilNanos) throws InterruptedException;
    }
}
