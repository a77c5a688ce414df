package dev.mneme.events.stream.spi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs users' code: tasks wait in one queue, from which a few threads take them, virtual ones where the JDK has them,
 * else daemon threads that end when idle.
 *
 * <p>There are {@code threads} of them, and two more for each task that has run for longer than {@value #HUNG_MILLIS} ms,
 * up to {@code maxThreads}: so tasks that hang do not keep the others waiting until so many hang. The queue is bounded by
 * the callers, each of which has a task here once at most.
 */
public final class Workers {

    private static final int HUNG_MILLIS = 100;
    private static final long LOOK_NANOS = MILLISECONDS.toNanos(HUNG_MILLIS / 2);

    /** A thread's way through the queue. */
    private final class Worker implements Runnable {

        private volatile @Nullable Thread thread;
        /** When the task that runs was begun; zero if none runs. */
        private volatile long sinceNanos;

        @Override
        public void run() {
            thread = Thread.currentThread();
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                sinceNanos = System.nanoTime() | 1;
                try {
                    task.run();
                } finally {
                    sinceNanos = 0;
                    finished();
                }
            }
            leave(this);
        }
    }

    private final Executor executor;
    private final int threads;
    private final int maxThreads;
    private final Timekeeper watch;
    private final AtomicBoolean watching = new AtomicBoolean();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile int allowed;
    private volatile boolean closed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private final AtomicInteger waiting = new AtomicInteger();

    private Workers(Executor executor, String namePrefix, int threads, int maxThreads) {
        this.executor = executor;
        this.threads = threads;
        this.maxThreads = maxThreads;
        this.allowed = threads;
        this.watch = new Timekeeper(namePrefix + "watch", true, this::compensateHung);
    }

    /** So many virtual threads at most, or so many of a pool, each at first and at last. */
    public static Workers create(String namePrefix, int virtualThreads, int maxVirtual, int threads, int maxThreads) {
        ThreadFactory virtual = WorkerThreads.virtual(namePrefix);
        return virtual == null
                ? ofPool(namePrefix, threads, maxThreads)
                : new Workers(task -> virtual.newThread(task).start(), namePrefix, virtualThreads, maxVirtual);
    }

    /** On daemon threads whatever the JDK has, so many at first and at last. */
    public static Workers ofPool(String namePrefix, int threads, int maxThreads) {
        // no more workers are started than there may be threads; one that is about to end may still hold its own
        var pool = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 5, SECONDS, new SynchronousQueue<>(), WorkerThreads.daemon(namePrefix));
        return new Workers(pool, namePrefix, threads, maxThreads);
    }

    /**
     * Runs tasks that throw nothing; never waits.
     *
     * @return whether they will run: not so after {@link #close}
     */
    public boolean execute(Collection<? extends Runnable> more) {
        if (closed) {
            return false;
        }
        // all first: a thread that found the queue empty between two of them would have to be woken for each
        unfinished.addAndGet(more.size());
        tasks.addAll(more);
        for (int i = more.size(); i > 0 && startWorker(); i--) {
            // one more thread found work and room
        }
        if (maxThreads > threads && !watching.get() && watching.compareAndSet(false, true)) {
            watch.wake();
        }
        return true;
    }

    /** Waits until no task runs or is queued, but for that of the calling thread. */
    public boolean awaitIdle(Duration atMost) {
        long left = atMost.toNanos();
        int own = workers.stream().anyMatch(worker -> worker.thread == Thread.currentThread()) ? 1 : 0;
        waiting.incrementAndGet();
        lock.lock();
        try {
            while (unfinished.get() > own && left > 0) {
                left = idle.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
            waiting.decrementAndGet();
        }
        return unfinished.get() <= own;
    }

    /** Takes no more tasks and interrupts those that run, without waiting. */
    public void close() {
        closed = true;
        watch.close();
        for (Worker worker : workers) {
            Thread thread = worker.thread;
            if (thread != null && thread != Thread.currentThread()) {
                thread.interrupt();
            }
        }
    }

    /** Answers whether there was something to do and a thread to be had for it. */
    private boolean startWorker() {
        int now = working.get();
        while (now < allowed && !tasks.isEmpty()) {
            if (working.compareAndSet(now, now + 1)) {
                start(new Worker());
                return true;
            }
            now = working.get();
        }
        return false;
    }

    private void start(Worker worker) {
        workers.add(worker);
        boolean started = false;
        try {
            executor.execute(worker);
            started = true;
        } finally {
            if (!started) {
                workers.remove(worker);
                working.decrementAndGet();
            }
        }
    }

    private void leave(Worker worker) {
        workers.remove(worker);
        working.decrementAndGet();
        // a task that came in between saw us working
        startWorker();
    }

    private void finished() {
        unfinished.decrementAndGet();
        if (waiting.get() > 0) {
            lock.lock();
            try {
                idle.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private long compensateHung() {
        long now = System.nanoTime();
        long hung = workers.stream()
                .mapToLong(worker -> worker.sinceNanos)
                .filter(since -> since != 0 && now - since > MILLISECONDS.toNanos(HUNG_MILLIS))
                .count();
        allowed = (int) Math.min(maxThreads, threads + 2 * hung);
        for (long more = 2 * hung; more >= 0 && startWorker(); more--) {
            // until there are as many as may be
        }
        if (unfinished.get() > 0) {
            return LOOK_NANOS;
        }
        watching.set(false);
        // a task that came in between saw us watching
        return unfinished.get() > 0 && watching.compareAndSet(false, true) ? LOOK_NANOS : Timekeeper.NOTHING_DUE;
    }
}
