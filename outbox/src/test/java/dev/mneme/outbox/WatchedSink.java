package dev.mneme.outbox;

import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.Resumption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A sink that takes its time, and counts deliveries that began while another one of the lane was under way. */
final class WatchedSink implements EventSink {

    private final EventSink sink;
    private final Set<Integer> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicInteger together = new AtomicInteger();

    WatchedSink(EventSink sink) {
        this.sink = sink;
    }

    int together() {
        return together.get();
    }

    @Override
    public Delivery deliver(EventBatch batch) {
        boolean alone = underWay.add(batch.lane());
        if (!alone) {
            together.incrementAndGet();
        }
        try {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
            return sink.deliver(batch);
        } finally {
            if (alone) {
                underWay.remove(batch.lane());
            }
        }
    }

    @Override
    public Resumption resume(String source, int lane, Fence fence) {
        return sink.resume(source, lane, fence);
    }
}
