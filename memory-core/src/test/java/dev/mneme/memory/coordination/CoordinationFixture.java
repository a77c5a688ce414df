package dev.mneme.memory.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.CoordinationStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Two instances of a host over one store, each of which can be cut off from it. */
@Timeout(120)
public abstract class CoordinationFixture {

    /** How long a case waits for what must happen before it calls it hung. */
    protected static final int GUARD_SECONDS = 60;

    /** One instance. */
    protected static final class Node {
        final SharedStore way;
        final Coordination coordination;
        final Locks locks;

        Node(CoordinationStore store, Ticker ticker) {
            this.way = new SharedStore(store);
            this.coordination = Coordination.over(way, ticker);
            this.locks = coordination.locks();
        }
    }

    private final List<Node> nodes = new ArrayList<>();
    protected final ExecutorService threads = Executors.newCachedThreadPool();
    protected Node a;
    protected Node b;

    /** The store under test, for one more instance; those of one test share what they keep. */
    protected abstract CoordinationStore store();

    /** The time of the instances. */
    protected abstract Ticker ticker();

    /** Lets time pass, for the store and the instances. */
    protected abstract void pass(Duration time) throws InterruptedException;

    @BeforeEach
    protected final void startNodes() {
        a = node();
        b = node();
    }

    protected final Node node() {
        var made = new Node(store(), ticker());
        nodes.add(made);
        return made;
    }

    @AfterEach
    protected final void closeNodes() {
        threads.shutdownNow();
        nodes.forEach(node -> node.way.heal());
        nodes.forEach(node -> node.coordination.close());
    }

    protected final <T> Future<T> inBackground(Callable<T> call) {
        return threads.submit(call);
    }

    protected static <T> T await(Future<T> future) throws Exception {
        return future.get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    /** Lets time pass in small steps until it is done: it may begin to measure only after the first. */
    protected final void passUntilDone(Future<?> waiting) throws InterruptedException {
        while (!waiting.isDone()) {
            pass(Duration.ofMillis(50));
            Thread.sleep(1);
        }
    }

    protected static void until(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GUARD_SECONDS);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited too long").isNegative();
            Thread.sleep(2);
        }
    }

    /** A resource that checks tokens, as one behind a lock should. */
    protected static final class FencedResource {

        private final AtomicLong seen = new AtomicLong();

        /** Whether the write was taken. */
        boolean write(long token) {
            return seen.getAndAccumulate(token, Math::max) <= token;
        }
    }
}
