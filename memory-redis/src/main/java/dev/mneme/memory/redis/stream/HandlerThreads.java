package dev.mneme.memory.redis.stream;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.events.stream.spi.WorkerThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;

/** Where handlers run: on virtual threads where the JDK has them, else on daemon threads that end when idle. */
final class HandlerThreads {

    private HandlerThreads() {}

    /** The caller bounds how many run at once. */
    static Executor create(String namePrefix) {
        ThreadFactory virtual = WorkerThreads.virtual(namePrefix);
        if (virtual != null) {
            return task -> virtual.newThread(task).start();
        }
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, 5, SECONDS, new SynchronousQueue<>(), WorkerThreads.daemon(namePrefix));
    }
}
