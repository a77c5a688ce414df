package dev.mneme.outbox;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.Ticker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Micrometer meters of an outbox and one relay of this process. What the outbox holds is asked from the database when it
 * is read, at most every ten seconds, on the reading thread; NaN if the database does not answer. No tags.
 */
public final class OutboxMetrics implements MeterBinder {

    private static final long EVERY_NANOS = SECONDS.toNanos(10);

    private final Outbox outbox;
    private final OutboxRelay relay;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private @Nullable OutboxReport report;
    private long readAtNanos;
    private boolean wasRead;

    public OutboxMetrics(Outbox outbox, OutboxRelay relay) {
        this(outbox, relay, Ticker.system());
    }

    OutboxMetrics(Outbox outbox, OutboxRelay relay, Ticker ticker) {
        this.outbox = requireNonNull(outbox, "outbox");
        this.relay = requireNonNull(relay, "relay");
        this.ticker = ticker;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "mneme.outbox.pending", "events that are to be delivered", OutboxReport::pending);
        gauge(registry, "mneme.outbox.retrying", "pending events that were rejected before", OutboxReport::retrying);
        gauge(registry, "mneme.outbox.blocking", "dead events that hold their key", OutboxReport::blocking);
        gauge(registry, "mneme.outbox.dead", "events that were given up", OutboxReport::dead);
        gauge(
                registry,
                "mneme.outbox.oldest.seconds",
                "age of the oldest event that is due",
                r -> r.oldest().toMillis() / 1e3);
        gauge(registry, "mneme.outbox.lanes.owned", "lanes that a relay has", OutboxReport::lanesOwned);
        gauge(
                registry,
                "mneme.outbox.lanes.orphaned",
                "lanes that no relay has",
                r -> (double) OutboxRow.LANES - r.lanesOwned());
        count(registry, "mneme.outbox.published", "events that the sink took", RelayNumbers::published);
        count(registry, "mneme.outbox.duplicates", "events that the sink had already", RelayNumbers::duplicates);
        count(registry, "mneme.outbox.retried", "attempts that the sink refused", RelayNumbers::rejected);
        count(registry, "mneme.outbox.died", "events that this relay gave up", RelayNumbers::dead);
        count(registry, "mneme.outbox.unreachable", "calls without an answer", RelayNumbers::unreachable);
        count(registry, "mneme.outbox.fence.rejections", "calls refused for their fence", RelayNumbers::stale);
        count(registry, "mneme.outbox.lanes.lost", "lanes that were taken away", RelayNumbers::lost);
    }

    private void gauge(MeterRegistry registry, String name, String what, ToDoubleFunction<OutboxReport> value) {
        Gauge.builder(name, this, metrics -> metrics.read(value))
                .description(what)
                // nobody else may hold these metrics
                .strongReference(true)
                .register(registry);
    }

    private void count(MeterRegistry registry, String name, String what, ToDoubleFunction<RelayNumbers> value) {
        FunctionCounter.builder(name, relay, r -> value.applyAsDouble(r.numbers()))
                .description(what)
                .register(registry);
    }

    private double read(ToDoubleFunction<OutboxReport> value) {
        lock.lock();
        try {
            long now = ticker.nanos();
            if (!wasRead || now - readAtNanos >= EVERY_NANOS) {
                wasRead = true;
                readAtNanos = now;
                report = asked();
            }
            return report == null ? Double.NaN : value.applyAsDouble(report);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable OutboxReport asked() {
        try {
            return outbox.monitor();
        } catch (OutboxException away) {
            return null;
        }
    }
}
