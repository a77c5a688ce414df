package dev.mneme.memory.redis.stream;

import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.Subscription;
import dev.mneme.memory.redis.stream.StreamCalls.Unanswered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription in Redis: one thread that talks to Redis, up to {@code maxConcurrency} that run handlers, and between them
 * what they have in hand.
 */
final class RedisConsumer implements Subscription {

    /** How a stream has its consumers work. */
    record Setup(Ticker ticker, boolean systemTicker, Duration reclaimAfter, int batch, int maxDead) {}

    private static final Logger LOG = LoggerFactory.getLogger(RedisEventStream.class);

    private final Consumers all;
    private final ConsumerGroup settings;
    private final ConsumerCalls calls;
    private final Setup setup;
    private final GroupCounts counts;
    private final Workload workload;
    private final ConsumerThread thread;

    RedisConsumer(Consumers all, ConsumerGroup settings, ConsumerCalls calls, Setup setup, GroupCounts counts) {
        this.all = all;
        this.settings = settings;
        this.calls = calls;
        this.setup = setup;
        this.counts = counts;
        this.workload = new Workload(settings, setup.batch());
        var handlers = new Handlers(settings, calls, setup, counts, workload, this::urgent);
        this.thread = new ConsumerThread(settings, calls, setup, counts, workload, handlers);
    }

    void start() {
        thread.start();
    }

    @Override
    public String group() {
        return settings.name();
    }

    ConsumerGroup settings() {
        return settings;
    }

    @Override
    public void close() {
        if (stopTaking()) {
            finish(System.nanoTime() + settings.drainFor().toNanos());
        }
    }

    /** Whether it was taking until now. */
    boolean stopTaking() {
        return workload.stopTaking();
    }

    /** Waits for what runs, gives the rest back and leaves the group. */
    void finish(long deadlineNanos) {
        workload.awaitQuiet(deadlineNanos);
        List<Held> let = new ArrayList<>(workload.letGo());
        thread.stop(2 * all.timeout().toMillis() + 2_000);
        // what came while the thread ended
        let.addAll(workload.letGo());
        try {
            acknowledge(workload.takeHandled());
            calls.release(let, true);
        } catch (Unanswered e) {
            LOG.info(
                    "group '{}' gets back what a closed subscription held after {}, since Redis did not answer: {}",
                    settings.name(),
                    setup.reclaimAfter(),
                    e.getMessage());
        }
        all.left(this);
    }

    /** Something new may be there. Called on the client's threads too. */
    void ring() {
        thread.ring();
    }

    /** Somebody has let go of events. */
    void ringReleased() {
        thread.ringReleased();
    }

    /** Redis may answer again. */
    void ringReachable() {
        thread.ringReachable();
    }

    void forget(Tenant tenant) {
        workload.forget(tenant);
    }

    private void urgent() {
        if (thread.isStopped()) {
            acknowledgeLate();
        } else {
            thread.wake();
        }
    }

    /** For a handler that closed its own subscription, or returned after it was closed: the thread is gone. */
    private void acknowledgeLate() {
        try {
            acknowledge(workload.takeHandled());
        } catch (Unanswered e) {
            LOG.debug("group '{}' could not acknowledge: {}", group(), e.getMessage());
        }
    }

    private void acknowledge(List<Held> done) throws Unanswered {
        if (!done.isEmpty()) {
            var order = new Workload.Order(done, 0, Map.of());
            workload.taken(order, calls.take(done, 0, Map.of()));
            counts.finished(done);
        }
    }
}
