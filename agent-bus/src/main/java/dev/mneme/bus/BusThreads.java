package dev.mneme.bus;

import dev.mneme.events.stream.spi.WorkerThreads;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** On which threads the handlers of a bus run. A task has its slot before it has a thread; an idle agent has none. */
public final class BusThreads {

    private static final int MAX_THREADS = 10_000;

    private final int size;
    private final int maxSuspended;

    private BusThreads(int size, int maxSuspended) {
        this.size = size;
        this.maxSuspended = maxSuspended;
    }

    /** A virtual thread for each task that runs, where the JDK has them (21+); else {@link #pool} of 64. */
    public static BusThreads standard() {
        return new BusThreads(0, 0);
    }

    /**
     * So many daemon threads at most, begun when there is work and ended when idle. They take the agents with work in turn, one
     * task at a time, so that a flooded agent does not keep the others waiting. A handler that waits in {@link
     * TaskContext#await} does not count, nor does one that was given up ({@link AgentSpec.Builder#abandonAfter}): up to 64 of
     * both have another thread in their stead; see {@link #maxSuspended}.
     *
     * @throws IllegalArgumentException if it is not 1 to 10,000
     */
    public static BusThreads pool(int threads) {
        Limits.between("threads", threads, 1, MAX_THREADS);
        return new BusThreads(threads, 64);
    }

    /**
     * With so many threads more in the pool, in the stead of handlers that wait in {@link TaskContext#await} and of those that
     * were given up and have not returned, counted together. Beyond it to wait is refused at once, and the thread of a
     * handler that is given up is missing in the pool until one of them goes on. Means nothing on virtual threads.
     *
     * @throws IllegalArgumentException if it is not 0 to 10,000
     */
    public BusThreads maxSuspended(int maxSuspended) {
        Limits.between("maxSuspended", maxSuspended, 0, MAX_THREADS);
        return new BusThreads(size, maxSuspended);
    }

    Dispatcher dispatcher() {
        @Nullable ThreadFactory virtual = size == 0 ? WorkerThreads.virtual("mneme-bus-") : null;
        if (virtual != null) {
            return new ThreadPerTask(virtual);
        }
        return size == 0 ? new ThreadPool(64, 64) : new ThreadPool(size, maxSuspended);
    }
}
