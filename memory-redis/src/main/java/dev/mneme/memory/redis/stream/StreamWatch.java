package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;

import dev.mneme.MnemeException;
import dev.mneme.events.stream.StreamReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trims a stream and looks for groups that are too far behind, on a thread of its own: every second or so, on every node
 * that has the stream open. It does nothing that hurts if several do it at once.
 */
final class StreamWatch {

    private static final Logger LOG = LoggerFactory.getLogger(RedisEventStream.class);
    private static final long EVERY_MILLIS = 1_000;
    /** What one trim drops of a stream at most; if it dropped so many there is more. */
    private static final long FULL_TRIM = 10_000;

    private static final int MAX_TRIMS = 20;
    private static final int ROUNDS_TO_SWEEP = 600;
    private static final Duration GONE_AFTER = Duration.ofHours(1);

    private final StreamCalls calls;
    private final StreamMonitor monitor;
    private final Duration retainFor;
    private final int capacity;
    private final Duration behindAfter;
    private final Consumer<Backlog> listener;
    private final Thread thread;

    /** Of the thread alone. */
    private int rounds = ThreadLocalRandom.current().nextInt(ROUNDS_TO_SWEEP);

    private volatile boolean closed;
    private volatile Map<String, Backlog> backlogs = Map.of();
    private volatile @Nullable StreamReport lastReport;

    StreamWatch(
            StreamCalls calls,
            StreamMonitor monitor,
            Duration retainFor,
            int capacity,
            Duration behindAfter,
            Consumer<Backlog> listener) {
        this.calls = calls;
        this.monitor = monitor;
        this.retainFor = retainFor;
        this.capacity = capacity;
        this.behindAfter = behindAfter;
        this.listener = listener;
        this.thread = new Thread(this::run, "mneme-events-" + calls.stream() + "-watch");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void close() {
        closed = true;
        thread.interrupt();
    }

    /** The groups that were too far behind when they were last looked at. */
    List<Backlog> backlogs() {
        return List.copyOf(backlogs.values());
    }

    /** What was last seen; null if nothing was yet. */
    @Nullable
    StreamReport lastReport() {
        return lastReport;
    }

    private void run() {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(
                        EVERY_MILLIS / 2 + ThreadLocalRandom.current().nextLong(EVERY_MILLIS));
                if (calls.redis().isReachable()) {
                    trim();
                    look();
                    sweep();
                }
            } catch (InterruptedException e) {
                // closed, or nobody's business: the loop's condition knows
            } catch (MnemeException e) {
                LOG.debug("event stream '{}' could not be watched", calls.stream());
            } catch (RuntimeException e) {
                LOG.warn(
                        "watching event stream '{}' failed: {}",
                        calls.stream(),
                        e.getClass().getName());
            }
        }
    }

    private void trim() {
        long dropped = FULL_TRIM;
        for (int i = 0; i < MAX_TRIMS && dropped >= FULL_TRIM; i++) {
            dropped = calls.askLong(
                    StreamScript.TRIM, calls.keys().entriesAnd(), bytes(retainFor.toMillis()), bytes(capacity));
        }
    }

    private void sweep() {
        if (++rounds % ROUNDS_TO_SWEEP == 0) {
            calls.askLong(StreamScript.SWEEP, calls.keys().entriesAnd(), bytes(GONE_AFTER.toMillis()));
        }
    }

    private void look() {
        Map<String, Backlog> before = backlogs;
        Map<String, Backlog> now = new HashMap<>();
        StreamReport report = monitor.report();
        lastReport = report;
        for (StreamReport.Group group : report.groups()) {
            if (group.oldest().compareTo(behindAfter) >= 0) {
                now.put(
                        group.name(),
                        new Backlog(calls.stream(), group.name(), group.oldest(), group.lag(), group.pending()));
            }
        }
        backlogs = Map.copyOf(now);
        now.forEach((group, backlog) -> {
            if (!before.containsKey(group)) {
                tell(backlog);
            }
        });
        for (String group : before.keySet()) {
            if (!now.containsKey(group)) {
                LOG.info("group '{}' of event stream '{}' has caught up", group, calls.stream());
            }
        }
    }

    private void tell(Backlog backlog) {
        LOG.warn(
                "group '{}' of event stream '{}' is behind: its oldest event has waited for {}",
                backlog.group(),
                backlog.stream(),
                backlog.oldest());
        try {
            listener.accept(backlog);
        } catch (RuntimeException e) {
            LOG.warn("the listener of backlogs failed: {}", e.getClass().getName());
        }
    }
}
