package dev.mneme.memory.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection up for as long as it is open: connects in the background, again and again, at growing and jittered
 * intervals, and does so anew when the connection is lost. A new connection knows nothing of the one before: nothing that
 * was asked there is asked again here.
 *
 * <p>The watcher is called on the timer's threads, never for two things at once.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a connection that is given up may end when and how it likes
final class RedisLink<C extends StatefulConnection<String, byte[]>> {

    private static final Duration FIRST_DELAY = Duration.ofMillis(50);
    private static final Duration MAX_DELAY = Duration.ofSeconds(2);

    /** Who uses the connection. */
    interface Watcher<C> {

        void up(C connection);

        /** The connection is gone; {@link #up} will tell of the next. */
        void down();

        /** A connection could not be made. */
        void failed(Throwable failure);
    }

    private final Supplier<? extends CompletionStage<C>> connector;
    private final Function<C, ? extends CompletionStage<?>> greeting;
    private final boolean healsItself;
    private final Watcher<C> watcher;
    private final ScheduledExecutorService timer;
    private final long timeoutNanos;

    private final ReentrantLock telling = new ReentrantLock();
    private volatile @Nullable C connection;
    private volatile boolean closed;
    /** Guarded by the lock. */
    private int failuresInARow;

    /**
     * @param greeting what must succeed on a new connection before it counts as up
     * @param healsItself whether the connection comes back by itself when a server is lost, as a cluster's does
     * @param timeout for connecting and greeting together
     */
    RedisLink(
            Supplier<? extends CompletionStage<C>> connector,
            Function<C, ? extends CompletionStage<?>> greeting,
            boolean healsItself,
            Watcher<C> watcher,
            ScheduledExecutorService timer,
            Duration timeout) {
        this.connector = connector;
        this.greeting = greeting;
        this.healsItself = healsItself;
        this.watcher = watcher;
        this.timer = timer;
        this.timeoutNanos = timeout.toNanos();
    }

    void open() {
        later(Duration.ZERO, this::connect);
    }

    /** The connection; null while there is none. */
    @Nullable
    C connection() {
        return connection;
    }

    /** Gives up a connection that is no good any more, and makes another. Does nothing if it is not the present one. */
    void drop(C which) {
        later(Duration.ZERO, () -> lost(which));
    }

    /** Makes no more connections, and leaves the present one to the client's own end. */
    void retire() {
        closed = true;
        connection = null;
    }

    void close() {
        C last = connection;
        retire();
        if (last != null) {
            last.closeAsync();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        CompletableFuture<C> connecting;
        try {
            connecting = connector.get().toCompletableFuture();
        } catch (RuntimeException e) {
            failed(e);
            return;
        }
        var over = new AtomicBoolean();
        connecting
                .thenCompose(made -> greet(made, over))
                .orTimeout(timeoutNanos, TimeUnit.NANOSECONDS)
                .whenComplete((made, failure) -> later(Duration.ZERO, () -> {
                    if (failure == null) {
                        up(made);
                    } else {
                        // one that is made all the same, later, is closed when it comes
                        over.set(true);
                        failed(failure);
                    }
                }));
    }

    private CompletionStage<C> greet(C made, AtomicBoolean over) {
        if (over.get() || closed) {
            made.closeAsync();
            return CompletableFuture.failedFuture(new IllegalStateException("came too late"));
        }
        return greeting.apply(made).handle((answer, failure) -> {
            if (failure == null && !over.get()) {
                return made;
            }
            made.closeAsync();
            throw failure == null ? new IllegalStateException("came too late") : new CompletionException(failure);
        });
    }

    private void up(C made) {
        telling.lock();
        try {
            if (closed) {
                made.closeAsync();
                return;
            }
            failuresInARow = 0;
            connection = made;
            watcher.up(made);
        } finally {
            telling.unlock();
        }
        if (!healsItself) {
            made.addListener(new RedisConnectionStateListener() {
                @Override
                public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                    drop(made);
                }
            });
        }
        if (!made.isOpen()) {
            drop(made);
        }
    }

    private void lost(C which) {
        telling.lock();
        try {
            if (connection != which) {
                return;
            }
            connection = null;
            which.closeAsync();
            if (closed) {
                return;
            }
            watcher.down();
        } finally {
            telling.unlock();
        }
        later(delay(0), this::connect);
    }

    private void failed(Throwable failure) {
        if (closed) {
            return;
        }
        int failures;
        telling.lock();
        try {
            failures = ++failuresInARow;
            watcher.failed(failure);
        } finally {
            telling.unlock();
        }
        later(delay(failures), this::connect);
    }

    /** Between half of and all of a time that doubles with each failure. */
    private static Duration delay(int failures) {
        long nanos = Math.min(MAX_DELAY.toNanos(), FIRST_DELAY.toNanos() << Math.min(failures, 10));
        return Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2));
    }

    private void later(Duration delay, Runnable work) {
        try {
            timer.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // the timer ends with the link's owner; so does the link
            closed = true;
        }
    }
}
