package dev.mneme.memory.context.spi;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.FillAlert;
import dev.mneme.memory.context.FillAlert.Kind;
import dev.mneme.memory.context.Limits;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how full the memories of agents are, and tells a listener of levels reached and left, on one daemon thread of its
 * own that ends when there is nothing to tell.
 *
 * <p>Never waits: at most {@value #MAX_UNTOLD} alerts wait for the listener, and at most {@value #MAX_AGENTS} agents are
 * watched above a level at a time; what is beyond is dropped and counted. Safe to share between threads; the counts of one
 * agent must come in their order.
 */
final class FillAlerts implements AutoCloseable {

    static final int MAX_UNTOLD = 1_000;
    static final int MAX_AGENTS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(FillAlerts.class);

    /** What sums of decimals lack. */
    private static final double TOLERANCE = 1e-9;

    private final List<Double> levels;
    private final int maxRecords;
    private final @Nullable Consumer<FillAlert> listener;
    private final ThreadPoolExecutor thread;
    /** How many levels an agent is at or above; of agents at none there is no entry. */
    private final Map<AgentKey, Integer> raised = new ConcurrentHashMap<>();

    private final LongAdder dropped = new LongAdder();

    FillAlerts(Limits limits, @Nullable Consumer<FillAlert> listener) {
        this.levels = limits.alertLevels();
        this.maxRecords = limits.maxRecords().orElse(0);
        this.listener = listener;
        this.thread =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_UNTOLD), task -> {
                    var made = new Thread(task, "mneme-context-alerts");
                    made.setDaemon(true);
                    return made;
                });
        thread.allowCoreThreadTimeOut(true);
    }

    /** Notes how many records an agent has now. */
    void counted(AgentKey agent, long records) {
        if (maxRecords == 0 || levels.isEmpty()) {
            return;
        }
        double fill = (double) records / maxRecords;
        int before = raised.getOrDefault(agent, 0);
        int now = before;
        while (now < levels.size() && fill >= levels.get(now)) {
            now++;
        }
        while (now > 0 && fill <= levels.get(now - 1) - Limits.HYSTERESIS + TOLERANCE) {
            now--;
        }
        if (now == before || !noted(agent, before, now)) {
            return;
        }
        for (int level = before; level < now; level++) {
            tell(new FillAlert(agent, levels.get(level), Kind.RAISED, records, maxRecords));
        }
        for (int level = before; level > now; level--) {
            tell(new FillAlert(agent, levels.get(level - 1), Kind.CLEARED, records, maxRecords));
        }
    }

    private boolean noted(AgentKey agent, int before, int now) {
        if (now == 0) {
            raised.remove(agent);
            return true;
        }
        if (before == 0 && raised.size() >= MAX_AGENTS) {
            dropped.increment();
            return false;
        }
        raised.put(agent, now);
        return true;
    }

    /** How many agents are at or above a level. */
    int agents() {
        return raised.size();
    }

    long dropped() {
        return dropped.sum();
    }

    private void tell(FillAlert alert) {
        if (listener == null) {
            return;
        }
        try {
            thread.execute(() -> hear(listener, alert));
        } catch (RejectedExecutionException e) {
            dropped.increment();
        }
    }

    private static void hear(Consumer<FillAlert> listener, FillAlert alert) {
        try {
            listener.accept(alert);
        } catch (RuntimeException e) {
            // without its message, which may hold what belongs to a user
            LOG.warn("a listener for fill alerts failed with {}", e.getClass().getName());
        }
    }

    /** Takes no more alerts; those that wait are still told. Does not wait for the listener. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
