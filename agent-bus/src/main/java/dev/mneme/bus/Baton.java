package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.events.stream.spi.WorkerThreads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Threads of which one runs at a time: the driver, which is the test's, or one handler's. The baton goes to a handler when
 * the driver chooses it, by lot, and comes back when the handler returns or waits. So one seed gives one order of events.
 */
final class Baton implements Dispatcher, Executor {

    /** A handler and its thread. */
    private static final class Body {

        private final Attempt<?, ?> attempt;
        private final Semaphore turn = new Semaphore(0);
        // under the baton's lock
        private boolean parked;
        private boolean opened;

        Body(Attempt<?, ?> attempt) {
            this.attempt = attempt;
        }
    }

    private static final int LONGEST_TURN_SECONDS = 30;
    private static final ThreadLocal<@Nullable Body> CURRENT = new ThreadLocal<>();

    private final RandomGenerator random;
    private final VirtualClock clock;
    private final Semaphore driver = new Semaphore(0);
    private final Executor threads = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 1, SECONDS, new SynchronousQueue<>(), WorkerThreads.daemon("mneme-test-bus-"));

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Mailbox> mailboxes = new ArrayList<>();
    private final List<Body> bodies = new ArrayList<>();
    private final Queue<Runnable> acts = new ArrayDeque<>();

    Baton(RandomGenerator random, VirtualClock clock) {
        this.random = random;
        this.clock = clock;
    }

    /** Runs everything that can go on at the clock's present time. On the driver's thread. */
    void run() {
        refuseHandlers();
        while (step() || clock.fireDue()) {
            // until nothing can go on
        }
    }

    /** Lets time pass until then, or until it is done; answers whether it is done. */
    boolean runUntil(long nanos, BooleanSupplier done) {
        run();
        while (!done.getAsBoolean() && clock.advanceToNext(nanos)) {
            run();
        }
        return done.getAsBoolean();
    }

    /** The attempt whose handler calls. */
    Attempt<?, ?> attempt() {
        return body().attempt;
    }

    @Override
    public void ready(Mailbox mailbox) {
        lock.lock();
        try {
            if (!mailboxes.contains(mailbox)) {
                mailboxes.add(mailbox);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void execute(Runnable act) {
        lock.lock();
        try {
            acts.add(act);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean trySuspend() {
        return true;
    }

    @Override
    public void resume() {
        // no thread is missing meanwhile
    }

    @Override
    public void threadLost() {
        // each handler has a thread of its own
    }

    @Override
    public void threadBack() {
        // none was missing
    }

    @Override
    public Gate gate() {
        return new BatonGate(body());
    }

    @Override
    public boolean await(CompletableFuture<?> done, long nanos) {
        return runUntil(clock.nanos() + nanos, done::isDone);
    }

    /** Lets one thing go on, chosen by lot; false if nothing can. */
    private boolean step() {
        Mailbox mailbox = null;
        Body body = null;
        Runnable act = null;
        lock.lock();
        try {
            int choices = mailboxes.size() + bodies.size() + (acts.isEmpty() ? 0 : 1);
            if (choices == 0) {
                return false;
            }
            int chosen = random.nextInt(choices);
            if (chosen < mailboxes.size()) {
                mailbox = mailboxes.remove(chosen);
            } else if (chosen < mailboxes.size() + bodies.size()) {
                body = bodies.remove(chosen - mailboxes.size());
            } else {
                act = acts.remove();
            }
        } finally {
            lock.unlock();
        }
        if (act != null) {
            act.run();
        } else if (body != null) {
            handOver(body);
        } else if (mailbox != null) {
            begin(mailbox);
        }
        return true;
    }

    private void begin(Mailbox mailbox) {
        Attempt<?, ?> attempt = mailbox.slots.pick();
        if (mailbox.slots.isReady()) {
            ready(mailbox);
        }
        if (attempt != null) {
            var body = new Body(attempt);
            threads.execute(() -> {
                body.turn.acquireUninterruptibly();
                CURRENT.set(body);
                try {
                    attempt.run();
                } finally {
                    CURRENT.remove();
                    driver.release();
                }
            });
            handOver(body);
        }
    }

    private void handOver(Body body) {
        body.turn.release();
        boolean back = false;
        try {
            back = driver.tryAcquire(LONGEST_TURN_SECONDS, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!back) {
            throw new IllegalStateException("a handler did not come back within " + LONGEST_TURN_SECONDS
                    + " s: on a test bus it must wait for nothing but other tasks and TestBus.takeTime");
        }
    }

    private static void refuseHandlers() {
        if (CURRENT.get() != null) {
            throw new IllegalStateException("a handler waits with TaskContext.await, and lets no time pass by itself");
        }
    }

    private static Body body() {
        Body body = CURRENT.get();
        if (body == null) {
            throw new IllegalStateException("only a handler that runs on this bus may do this");
        }
        return body;
    }

    private final class BatonGate implements Gate {

        private final Body body;

        BatonGate(Body body) {
            this.body = body;
        }

        @Override
        public void open() {
            lock.lock();
            try {
                body.opened = true;
                if (body.parked) {
                    body.parked = false;
                    bodies.add(body);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean await(BooleanSupplier until, boolean heedInterrupt) {
            boolean interrupted = false;
            while (!until.getAsBoolean() && !(interrupted && heedInterrupt)) {
                interrupted |= Thread.interrupted();
                if (!(interrupted && heedInterrupt)) {
                    park();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return until.getAsBoolean();
        }

        private void park() {
            lock.lock();
            try {
                if (body.opened) {
                    body.opened = false;
                    return;
                }
                body.parked = true;
            } finally {
                lock.unlock();
            }
            driver.release();
            body.turn.acquireUninterruptibly();
            lock.lock();
            try {
                body.opened = false;
            } finally {
                lock.unlock();
            }
        }
    }
}
