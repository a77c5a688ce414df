package dev.mneme.events.stream;

import dev.mneme.events.stream.LocalGroup.Attempt;
import dev.mneme.events.stream.spi.EventDispatch;
import dev.mneme.events.stream.spi.Workers;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A subscription in a {@link LocalEventStream}: up to {@code maxConcurrency} threads that each take one event at a time. */
final class LocalConsumer implements Subscription {

    private static final Logger LOG = LoggerFactory.getLogger(LocalEventStream.class);

    private final LocalEventStream stream;
    private final LocalGroup group;
    private final ConsumerGroup settings;
    private final Workers workers;

    // guarded by the stream's lock
    int active;
    boolean closed;

    LocalConsumer(LocalEventStream stream, LocalGroup group, ConsumerGroup settings) {
        this.stream = stream;
        this.group = group;
        this.settings = settings;
        int most = settings.maxConcurrency();
        this.workers = Workers.create("mneme-events-" + settings.name() + "-", most, most, most, most);
    }

    @Override
    public String group() {
        return settings.name();
    }

    @Override
    public void close() {
        close(settings.drainFor());
    }

    ConsumerGroup settings() {
        return settings;
    }

    LocalGroup localGroup() {
        return group;
    }

    void close(Duration drainFor) {
        if (stream.stopTaking(this)) {
            workers.awaitIdle(drainFor);
            stream.leave(this);
            workers.close();
        }
    }

    /** Has one more thread take events; {@code active} counts it already. */
    void start() {
        boolean started = false;
        try {
            started = workers.execute(List.<Runnable>of(this::work));
        } finally {
            if (!started) {
                stream.ended(this);
            }
        }
    }

    private void work() {
        Attempt attempt = stream.take(this);
        while (attempt != null) {
            handle(attempt);
            // what a handler left behind must not reach the next one
            Thread.interrupted();
            attempt = stream.take(this);
        }
    }

    private void handle(Attempt attempt) {
        EncodedEvent event = attempt.event();
        try {
            EventDispatch.Result result = settings.dispatch().dispatch(event.type(), event.shared());
            stream.settle(attempt, result);
        } catch (Throwable t) {
            // the message may hold user data
            LOG.debug(
                    "delivery {} of {} to group '{}' failed: {}",
                    attempt.number(),
                    event,
                    settings.name(),
                    t.getClass().getName());
            stream.failed(attempt);
        }
    }
}
