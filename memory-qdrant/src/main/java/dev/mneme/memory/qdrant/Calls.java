package dev.mneme.memory.qdrant;

import dev.mneme.Ticker;
import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.resilience.CallRefusedException;
import dev.mneme.resilience.CallTimeoutException;
import dev.mneme.resilience.Deadline;
import dev.mneme.resilience.Policy;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The way to the server: one channel of our own, which connects when it is first used, and a deadline on every call.
 *
 * <p>Calls are waited for on the caller's thread; the channel's threads only hand over what arrives. A call ends by its
 * answer, its deadline, an interrupt (which is kept) or {@link #close}.
 */
final class Calls implements AutoCloseable {

    /** So many calls of one request are under way at a time. */
    private static final int AT_ONCE = 32;

    /** What a server's answer may be late after its deadline before nobody waits for it any more. */
    private static final Duration SLACK = Duration.ofMillis(500);

    /** How often a server that is away is tried while calls come; left to itself the channel waits ever longer. */
    private static final Duration RECONNECT_EVERY = Duration.ofSeconds(1);

    private final QdrantOptions options;
    private final Policy policy;
    private final ManagedChannel channel;
    private final Channel calls;
    private final Ticker ticker = Ticker.system();
    private final AtomicLong reconnectedAt = new AtomicLong(ticker.nanos() - RECONNECT_EVERY.toNanos());
    private volatile boolean closed;

    Calls(QdrantOptions options, Policy policy) {
        this.options = options;
        this.policy = policy;
        ManagedChannelBuilder<?> builder = ManagedChannelBuilder.forAddress(options.host(), options.port())
                .keepAliveTime(options.keepAliveEvery().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(options.deadline().toMillis(), TimeUnit.MILLISECONDS)
                .maxInboundMessageSize(options.maxAnswerBytes());
        this.channel = (options.isTls() ? builder.useTransportSecurity() : builder.usePlaintext()).build();
        this.calls = options.apiKey().map(this::withKey).orElse(channel);
    }

    private Channel withKey(String apiKey) {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER), apiKey);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Work that asks the server; all it asks has one deadline. */
    interface Work<T> {
        T run();
    }

    /** Does work under the deadline of the options, or of the calling thread if that is earlier. */
    <T> T withinDeadline(Work<T> work) {
        checkOpen();
        return Deadline.after(options.deadline()).<T, RuntimeException>call(work::run);
    }

    /** The time left to the work under way. */
    Duration remaining() {
        return Deadline.current().map(Deadline::remaining).orElse(options.deadline());
    }

    /** The time left as the server's own limit of a call, in whole seconds. */
    long timeoutSeconds() {
        return Math.max(1, remaining().plusMillis(999).toSeconds());
    }

    /**
     * Asks once.
     *
     * @param what it is for, in words for a message
     */
    <Q, R> R one(What what, MethodDescriptor<Q, R> method, Q request) {
        return all(what, method, List.of(request)).get(0);
    }

    /** Asks several things side by side, which takes one round trip for each {@value #AT_ONCE} of them. */
    <Q, R> List<R> all(What what, MethodDescriptor<Q, R> method, List<Q> requests) {
        return together(
                what,
                requests.stream().map(request -> new Ask<>(method, request)).toList());
    }

    /** One question to the server. */
    record Ask<Q, R>(MethodDescriptor<Q, R> method, Q request) {}

    /** As {@link #all}, for questions of several methods. */
    <R> List<R> together(What what, List<? extends Ask<?, ? extends R>> asks) {
        try {
            return policy.call(() -> answers(asks));
        } catch (StatusRuntimeException e) {
            throw failure(what, e);
        } catch (CallTimeoutException e) {
            throw new ContextStoreAwayException(what.failed(options) + ": no answer in time; " + what.outcome, e);
        } catch (CallRefusedException e) {
            throw new ContextStoreAwayException(what.failed(options) + ": nothing was sent; " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContextStoreException(what.failed(options) + ": the thread was interrupted; " + what.outcome, e);
        }
    }

    private <R> List<R> answers(List<? extends Ask<?, ? extends R>> asks) throws InterruptedException {
        checkOpen();
        reconnect();
        var answers = new ArrayList<R>(asks.size());
        for (int from = 0; from < asks.size(); from += AT_ONCE) {
            var pending = new ArrayList<Pending<? extends R>>();
            try {
                for (Ask<?, ? extends R> ask : asks.subList(from, Math.min(from + AT_ONCE, asks.size()))) {
                    pending.add(begin(ask));
                }
                for (Pending<? extends R> one : pending) {
                    answers.add(await(one));
                }
            } finally {
                pending.forEach(Pending::cancel);
            }
        }
        return answers;
    }

    private void reconnect() {
        long last = reconnectedAt.get();
        long now = ticker.nanos();
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE
                && now - last >= RECONNECT_EVERY.toNanos()
                && reconnectedAt.compareAndSet(last, now)) {
            channel.resetConnectBackoff();
        }
    }

    private <Q, R> Pending<R> begin(Ask<Q, R> ask) {
        Duration left = remaining();
        if (left.isZero()) {
            throw Status.DEADLINE_EXCEEDED.asRuntimeException();
        }
        ClientCall<Q, R> call = calls.newCall(
                ask.method(), CallOptions.DEFAULT.withDeadlineAfter(left.toNanos(), TimeUnit.NANOSECONDS));
        var answer = new CompletableFuture<R>();
        ClientCalls.asyncUnaryCall(call, ask.request(), new StreamObserver<R>() {
            @Override
            public void onNext(R value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                answer.completeExceptionally(Status.INTERNAL.asRuntimeException());
            }
        });
        return new Pending<>(call, answer);
    }

    private record Pending<R>(ClientCall<?, R> call, CompletableFuture<R> answer) {

        void cancel() {
            if (!answer.isDone()) {
                call.cancel("nobody waits for the answer", null);
            }
        }
    }

    private <R> R await(Pending<R> pending) throws InterruptedException {
        try {
            return pending.answer.get(remaining().plus(SLACK).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            checkOpen();
            throw e.getCause() instanceof StatusRuntimeException status
                    ? status
                    : Status.UNKNOWN.withCause(e.getCause()).asRuntimeException();
        } catch (TimeoutException e) {
            throw Status.DEADLINE_EXCEEDED.withCause(e).asRuntimeException();
        }
    }

    private ContextStoreException failure(What what, StatusRuntimeException failure) {
        Status.Code code = failure.getStatus().getCode();
        // what a server says of a request may hold what users wrote; of these two nothing but the network speaks
        boolean isNetwork = code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED;
        Throwable cause = isNetwork ? failure : Status.fromCode(code).asRuntimeException();
        String outcome = switch (code) {
            case INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNAUTHENTICATED, PERMISSION_DENIED ->
                "this request changed nothing; see to the server's settings and health()";
            default -> what.outcome;
        };
        String message = what.failed(options) + ": " + code + "; " + outcome;
        return isNetwork
                ? new ContextStoreAwayException(message, cause)
                : new CallFailedException(message, code, cause);
    }

    /** A call that the server answered with a status of failure. */
    static final class CallFailedException extends ContextStoreException {

        private static final long serialVersionUID = 1;

        private final Status.Code code;

        CallFailedException(String message, Status.Code code, Throwable cause) {
            super(message, cause);
            this.code = code;
        }

        Status.Code code() {
            return code;
        }
    }

    /** What a call is for, and what is known when it fails. */
    enum What {
        OPEN("could not be opened", "nothing was lost; it is tried again by the next call"),
        READ("could not be read", "nothing was changed; try again"),
        WRITE("could not be written", "the change may or may not be there; repeating it is safe"),
        ERASE("could not be erased from", "some of the tenant's records may be left; erase again");

        private final String failed;
        private final String outcome;

        What(String failed, String outcome) {
            this.failed = failed;
            this.outcome = outcome;
        }

        String failed(QdrantOptions options) {
            return "the context store on " + options + ' ' + failed;
        }

        String outcome() {
            return outcome;
        }
    }

    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the context store on " + options + " is closed");
        }
    }

    /** Ends the channel: waits for the calls under way until the deadline, then ends them. Keeps an interrupt. */
    @Override
    public void close() {
        closed = true;
        channel.shutdown();
        try {
            if (!channel.awaitTermination(options.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
                channel.shutdownNow();
            }
        } catch (InterruptedException e) {
            channel.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
