package dev.mneme.outbox;

import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.Resumption;
import dev.mneme.events.stream.StreamUnreachableException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A sink whose deliveries, or their answers, can be held up on their way, get lost, or arrive twice, and which can be cut
 * off for one relay.
 */
final class HeldSink implements EventSink {

    private final EventSink sink;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile CountDownLatch arrived = new CountDownLatch(1);
    private volatile boolean isCut;
    private volatile boolean answersOnly;
    private final AtomicBoolean losesAnswer = new AtomicBoolean();
    private final AtomicBoolean arrivesTwice = new AtomicBoolean();

    HeldSink(EventSink sink) {
        this.sink = sink;
    }

    void hold() {
        arrived = new CountDownLatch(1);
        gate = new CountDownLatch(1);
    }

    /** From now on what is sent arrives, and its answer does not. */
    void holdAnswers() {
        answersOnly = true;
        hold();
    }

    /** The answer to the next delivery gets lost. */
    void loseNextAnswer() {
        losesAnswer.set(true);
    }

    /** The next delivery arrives twice, and only the second is answered. */
    void doubleNext() {
        arrivesTwice.set(true);
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
        if (!answersOnly) {
            pass();
        }
        if (arrivesTwice.getAndSet(false)) {
            sink.deliver(batch);
        }
        Delivery answer = sink.deliver(batch);
        if (losesAnswer.getAndSet(false)) {
            throw new StreamUnreachableException("lost", null);
        }
        if (answersOnly) {
            pass();
        }
        return answer;
    }

    private void pass() {
        arrived.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamUnreachableException("held", e);
        }
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
