package dev.mneme.bus;

import dev.mneme.events.Event;
import dev.mneme.memory.coordination.ApprovalRecord;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what becomes of requests: one event after the other, in the order in which they came about, on one thread
 * at a time. What waits to be told is bounded by the requests: three events for each.
 */
final class ApprovalTelling {

    private static final Logger LOG = LoggerFactory.getLogger(ApprovalTelling.class);

    private record Told(ApprovalRecord record, Event event) {}

    private final Executor executor;
    private final List<ApprovalListener> listeners = new CopyOnWriteArrayList<>();
    private final Queue<Told> untold = new ConcurrentLinkedQueue<>();
    private final AtomicInteger added = new AtomicInteger();

    ApprovalTelling(Executor executor) {
        this.executor = executor;
    }

    void listen(ApprovalListener listener) {
        listeners.add(listener);
    }

    void tell(ApprovalRecord record, Event event) {
        if (listeners.isEmpty()) {
            return;
        }
        untold.add(new Told(record, event));
        if (added.getAndIncrement() == 0) {
            executor.execute(this::tellAll);
        }
    }

    private void tellAll() {
        int seen = added.get();
        do {
            for (Told told = untold.poll(); told != null; told = untold.poll()) {
                for (ApprovalListener listener : listeners) {
                    tell(listener, told);
                }
            }
            seen = added.addAndGet(-seen);
        } while (seen > 0);
    }

    private static void tell(ApprovalListener listener, Told told) {
        try {
            listener.told(told.record, told.event);
        } catch (RuntimeException | Error e) {
            LOG.warn("a listener of approvals threw {}", e.getClass().getName());
        }
    }
}
