package dev.mneme.outbox;

import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.Resumption;
import dev.mneme.events.stream.StreamUnreachableException;
import java.util.concurrent.CountDownLatch;

/** A sink whose deliveries can be held up on their way, and which can be cut off for one relay. */
final class HeldSink implements EventSink {

    private final EventSink sink;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch arrived = new CountDownLatch(1);
    private volatile boolean isCut;

    HeldSink(EventSink sink) {
        this.sink = sink;
    }

    void hold() {
        arrived = new CountDownLatch(1);
        gate = new CountDownLatch(1);
    }

    void awaitHeld() throws InterruptedException {
        arrived.await();
    }

    void release() {
        gate.countDown();
    }

    void cut(boolean cut) {
        isCut = cut;
    }

    @Override
    public Delivery deliver(EventBatch batch) {
        checkReachable();
        arrived.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamUnreachableException("held", e);
        }
        return sink.deliver(batch);
    }

    @Override
    public Resumption resume(String source, int lane, Fence fence) {
        checkReachable();
        return sink.resume(source, lane, fence);
    }

    private void checkReachable() {
        if (isCut) {
            throw new StreamUnreachableException("held", null);
        }
    }
}
