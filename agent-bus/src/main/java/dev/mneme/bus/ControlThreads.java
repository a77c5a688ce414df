package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.events.stream.spi.WorkerThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

/** The threads for what may be users' code and was decided where nothing may hang: virtual ones, or four daemons. */
final class ControlThreads {

    private static final int DAEMONS = 4;

    private ControlThreads() {}

    /** For those who work on and on while there is something to do: a thread for each that does. */
    static Executor unbounded() {
        ThreadFactory virtual = WorkerThreads.virtual("mneme-bus-events-");
        if (virtual != null) {
            return work -> virtual.newThread(work).start();
        }
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 5, SECONDS, new SynchronousQueue<>(), WorkerThreads.daemon("mneme-bus-events-"));
    }

    static Executor create() {
        ThreadFactory virtual = WorkerThreads.virtual("mneme-bus-control-");
        if (virtual != null) {
            return act -> virtual.newThread(act).start();
        }
        // its queue is bounded by the tasks accepted: an end and some actions on cancel for each
        var pool = new ThreadPoolExecutor(
                DAEMONS, DAEMONS, 5, SECONDS, new LinkedBlockingQueue<>(), WorkerThreads.daemon("mneme-bus-control-"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
