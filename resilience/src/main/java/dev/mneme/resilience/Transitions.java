package dev.mneme.resilience;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of transitions in their order, one at a time, and never under the breaker's lock. */
final class Transitions {

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);

    private final List<Consumer<BreakerTransition>> listeners = new CopyOnWriteArrayList<>();
    private final Queue<BreakerTransition> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger toDeliver = new AtomicInteger();

    void listen(Consumer<BreakerTransition> listener) {
        listeners.add(listener);
    }

    void add(BreakerTransition transition) {
        waiting.add(transition);
    }

    void deliver() {
        if (waiting.isEmpty() || toDeliver.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            for (BreakerTransition next = waiting.poll(); next != null; next = waiting.poll()) {
                tell(next);
            }
            seen = toDeliver.addAndGet(-seen);
        } while (seen != 0);
    }

    private void tell(BreakerTransition transition) {
        String openFor = transition.openFor().isZero() ? "" : ", open for " + transition.openFor();
        LOG.info("breaker '{}' went from {} to {}{}", transition.name(), transition.from(), transition.to(), openFor);
        listeners.forEach(listener -> tell(listener, transition));
    }

    static void tell(Consumer<BreakerTransition> listener, BreakerTransition transition) {
        try {
            listener.accept(transition);
        } catch (RuntimeException | Error e) {
            LOG.warn("a listener of breaker '{}' threw", transition.name(), e);
        }
    }
}
