package dev.mneme.outbox;

import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.Resumption;
import java.util.concurrent.atomic.AtomicInteger;

/** A sink without room for events of one key. */
final class FullSink implements EventSink {

    private final EventSink sink;
    private final String key;
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean isFull = true;

    FullSink(EventSink sink, String key) {
        this.sink = sink;
        this.key = key;
    }

    /** How many batches it took nothing of. */
    int refusals() {
        return refusals.get();
    }

    void empty() {
        isFull = false;
    }

    @Override
    public Delivery deliver(EventBatch batch) {
        if (!isFull || batch.events().stream().noneMatch(this::isOfKey)) {
            return sink.deliver(batch);
        }
        refusals.incrementAndGet();
        return new Delivery.Answered(batch.events().stream()
                .map(event -> new Delivery.Result(event.id(), Delivery.Outcome.NOT_TRIED, "full"))
                .toList());
    }

    private boolean isOfKey(EncodedEvent event) {
        return event.key().filter(key::equals).isPresent();
    }

    @Override
    public Resumption resume(String source, int lane, Fence fence) {
        return sink.resume(source, lane, fence);
    }
}
