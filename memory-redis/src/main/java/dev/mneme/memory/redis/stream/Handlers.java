package dev.mneme.memory.redis.stream;

import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.spi.EventDispatch;
import dev.mneme.memory.redis.stream.StreamCalls.Unanswered;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the handlers of a consumer, on up to {@code maxConcurrency} threads, under no lock. */
final class Handlers {

    private static final Logger LOG = LoggerFactory.getLogger(RedisEventStream.class);
    private static final long UNCOUNTED_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ConsumerGroup settings;
    private final ConsumerCalls calls;
    private final RedisConsumer.Setup setup;
    private final GroupCounts counts;
    private final Workload workload;
    private final Runnable onUrgent;
    private final Executor threads;

    /**
     * @param onUrgent called after an event when there is something to do for the thread that talks to Redis
     */
    Handlers(
            ConsumerGroup settings,
            ConsumerCalls calls,
            RedisConsumer.Setup setup,
            GroupCounts counts,
            Workload workload,
            Runnable onUrgent) {
        this.settings = settings;
        this.calls = calls;
        this.setup = setup;
        this.counts = counts;
        this.workload = workload;
        this.onUrgent = onUrgent;
        this.threads = HandlerThreads.create("mneme-events-" + settings.name() + "-");
    }

    /** Has as many threads at work as there are events for; answers when there may be more. */
    long begin(long now) {
        Workload.Beginning beginning = workload.begin(now);
        for (int i = 0; i < beginning.handlers(); i++) {
            beginOne();
        }
        return beginning.dueNanos();
    }

    private void beginOne() {
        boolean begun = false;
        try {
            threads.execute(this::work);
            begun = true;
        } finally {
            if (!begun) {
                workload.didNotBegin();
            }
        }
    }

    private void work() {
        for (Held next = next(); next != null; next = next()) {
            EventDispatch.Result result = handle(next);
            // what a handler left behind must not reach the next one
            Thread.interrupted();
            if (workload.isUrgent(result)) {
                onUrgent.run();
            }
        }
    }

    private @Nullable Held next() {
        return workload.next(setup.ticker().nanos());
    }

    /** Answers what became of it; null if it is to be delivered again. */
    private EventDispatch.@Nullable Result handle(Held event) {
        if (event.isToBeCounted() && !count(event)) {
            return null;
        }
        EventDispatch.Result result;
        try {
            result = settings.dispatch()
                    .dispatch(event.event().type(), event.event().bytes());
        } catch (Throwable t) {
            // the message may hold user data
            LOG.debug(
                    "delivery {} of {} to group '{}' failed: {}",
                    event.deliveries(),
                    event.event(),
                    settings.name(),
                    t.getClass().getName());
            workload.failed(event, setup.ticker().nanos());
            counts.failures.increment();
            return null;
        }
        workload.settle(event, result, setup.ticker().nanos());
        return result;
    }

    /** Whether the delivery may begin: Redis knows of it, and the event is this consumer's still. */
    private boolean count(Held event) {
        try {
            List<Held> lost = calls.hold(List.of(event));
            workload.forget(lost);
            return lost.isEmpty();
        } catch (Unanswered e) {
            workload.giveBackUntil(event, setup.ticker().nanos() + UNCOUNTED_WAIT_NANOS);
            return false;
        }
    }
}
