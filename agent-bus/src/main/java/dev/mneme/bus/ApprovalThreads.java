package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.events.stream.spi.WorkerThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;

/** The threads that ask a store of approvals, and may wait for it: two daemons at most, gone a second after the last call. */
final class ApprovalThreads {

    private static final int DAEMONS = 2;

    private ApprovalThreads() {}

    static Executor create() {
        // its queue is bounded by the approvals that wait: a call for each, and one for all
        var pool = new ThreadPoolExecutor(
                DAEMONS,
                DAEMONS,
                1,
                SECONDS,
                new LinkedBlockingQueue<>(),
                WorkerThreads.daemon("mneme-bus-approvals-"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
