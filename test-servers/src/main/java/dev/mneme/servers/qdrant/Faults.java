package dev.mneme.servers.qdrant;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Stands before all calls: counts them, and lets those fail that were told to. */
final class Faults implements ServerInterceptor {

    /**
     * How one call ends.
     *
     * @param after whether the call is carried out first and only its answer is lost
     */
    private record Failure(Status.Code code, boolean after) {}

    private final Traffic traffic;
    private final ScheduledExecutorService timer;
    private final Executor workers;
    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private final Map<String, Deque<Failure>> next = new HashMap<>();
    private Status.@Nullable Code all;
    private boolean hanging;
    private Duration lag = Duration.ZERO;
    private int maxBytes = Integer.MAX_VALUE;

    Faults(Traffic traffic, ScheduledExecutorService timer, Executor workers) {
        this.traffic = traffic;
        this.timer = timer;
        this.workers = workers;
    }

    void failNext(String method, int calls, Status.Code code, boolean after) {
        locked(() -> {
            Deque<Failure> failures = next.computeIfAbsent(method, any -> new ArrayDeque<>());
            for (int i = 0; i < calls; i++) {
                failures.add(new Failure(code, after));
            }
        });
    }

    void failAll(Status.Code code) {
        locked(() -> all = code);
    }

    void hang() {
        locked(() -> hanging = true);
    }

    void lag(Duration lag) {
        locked(() -> this.lag = lag);
    }

    void maxBytes(int maxBytes) {
        locked(() -> this.maxBytes = maxBytes);
    }

    void heal() {
        locked(() -> {
            next.clear();
            all = null;
            hanging = false;
            lag = Duration.ZERO;
            maxBytes = Integer.MAX_VALUE;
        });
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> handler) {
        String method = Traffic.nameOf(call.getMethodDescriptor());
        traffic.called(method);
        lock.lock();
        try {
            if (hanging) {
                return new ServerCall.Listener<>() {};
            }
            Deque<Failure> failures = next.get(method);
            Failure failure = failures == null ? null : failures.poll();
            if (failure == null && all != null) {
                failure = new Failure(all, false);
            }
            if (failure != null && !failure.after) {
                call.close(told(failure.code), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            var counted = new CountedCall<>(call, traffic, failure == null ? null : told(failure.code));
            return new DelayedListener<>(counted, handler.startCall(counted, headers), lag, maxBytes);
        } finally {
            lock.unlock();
        }
    }

    private static Status told(Status.Code code) {
        return code.toStatus().withDescription("the Qdrant double was told to fail this call");
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /** Counts what is sent, or sends a failure in its place. */
    private static final class CountedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final Traffic traffic;
        private final @Nullable Status instead;

        CountedCall(ServerCall<Q, A> call, Traffic traffic, @Nullable Status instead) {
            super(call);
            this.traffic = traffic;
            this.instead = instead;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            if (instead == null) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public void sendMessage(A message) {
            if (instead == null) {
                traffic.sent(sizeOf(message));
                super.sendMessage(message);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            super.close(instead == null ? status : instead, trailers);
        }
    }

    /** Counts what comes, and lets the call begin when it has waited. */
    private final class DelayedListener<Q, A> extends SimpleForwardingServerCallListener<Q> {

        private final ServerCall<Q, A> call;
        private final Duration lag;
        private final int maxBytes;
        private boolean refused;

        DelayedListener(ServerCall<Q, A> call, ServerCall.Listener<Q> listener, Duration lag, int maxBytes) {
            super(listener);
            this.call = call;
            this.lag = lag;
            this.maxBytes = maxBytes;
        }

        @Override
        public void onMessage(Q message) {
            int size = sizeOf(message);
            traffic.received(size);
            if (size > maxBytes) {
                refused = true;
                call.close(
                        Status.RESOURCE_EXHAUSTED.withDescription(
                                "message of " + size + " bytes is larger than the limit of " + maxBytes),
                        new Metadata());
                return;
            }
            super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
            if (refused) {
                return;
            }
            if (lag.isZero()) {
                super.onHalfClose();
                return;
            }
            ScheduledFuture<?> unused =
                    timer.schedule(() -> workers.execute(this::begin), lag.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void begin() {
            if (!call.isCancelled()) {
                super.onHalfClose();
            }
        }
    }

    private static int sizeOf(Object message) {
        return ((MessageLite) message).getSerializedSize();
    }
}
