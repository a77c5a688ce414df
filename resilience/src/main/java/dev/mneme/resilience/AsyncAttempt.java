package dev.mneme.resilience;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of an asynchronous call, through breaker, bulkhead and timeout.
 *
 * <p>Whatever ends it first (answer, timeout, cancellation) completes {@code outcome}, once; all that it holds is given
 * back then, before anyone who waits for it is told.
 */
final class AsyncAttempt<T extends @Nullable Object> {

    private final Policy policy;
    private final Supplier<? extends CompletionStage<T>> call;
    private final CallContext context;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    AsyncAttempt(Policy policy, Supplier<? extends CompletionStage<T>> call, CallContext context) {
        this.policy = policy;
        this.call = call;
        this.context = context;
    }

    CompletableFuture<T> start() {
        Permit permit = policy.breaker().tryAdmit();
        if (permit == null) {
            return CompletableFuture.failedFuture(policy.breaker().refusal());
        }
        Bulkhead bulkhead = policy.bulkhead().orElse(null);
        Bulkhead.Place place = bulkhead == null ? null : bulkhead.join(context.deadline);
        // not the stage that whenComplete returns: once that is cancelled, its action no longer runs
        var told = new CompletableFuture<T>();
        var unused = outcome.whenComplete((answer, failure) -> {
            if (bulkhead != null && place != null) {
                bulkhead.leave(place);
            }
            if (failure == null) {
                permit.succeeded();
                told.complete(answer);
            } else {
                policy.failed(permit, failure);
                told.completeExceptionally(failure);
            }
        });
        var unusedToo = told.whenComplete((answer, failure) -> {
            if (told.isCancelled()) {
                outcome.cancel(true);
            }
        });
        run(bulkhead, place);
        return told;
    }

    private void run(@Nullable Bulkhead bulkhead, Bulkhead.@Nullable Place place) {
        if (bulkhead == null || place == null) {
            runInTime();
        } else if (place.granted.isDone()) {
            placed(bulkhead, place.granted.join());
        } else {
            var unused = place.granted.thenAccept(
                    granted -> CallFutures.hop(policy.setup().executor(), () -> placed(bulkhead, granted)));
        }
    }

    private void placed(Bulkhead bulkhead, boolean granted) {
        if (granted) {
            runInTime();
        } else {
            outcome.completeExceptionally(bulkhead.refusal());
        }
    }

    private void runInTime() {
        if (outcome.isDone()) {
            return;
        }
        long timeout;
        try {
            timeout = policy.attemptNanos(context);
        } catch (CallRefusedException e) {
            outcome.completeExceptionally(e);
            return;
        }
        Setup setup = policy.setup();
        Runnable cancelTimer = setup.waits()
                .schedule(
                        timeout,
                        () -> CallFutures.hop(setup.executor(), () -> {
                            var late = new CallTimeoutException(policy.name(), Duration.ofNanos(timeout), null);
                            outcome.completeExceptionally(late);
                        }));
        policy.attempted();
        Deadline end = Deadline.at(setup.ticker().nanos() + timeout, setup.ticker());
        CompletableFuture<T> stage = CallFutures.start(call, context.withDeadline(end), setup.executor());
        var unused = stage.whenComplete((answer, failure) -> {
            if (failure == null) {
                outcome.complete(answer);
            } else {
                outcome.completeExceptionally(failure);
            }
        });
        var unusedToo = outcome.whenComplete((answer, failure) -> {
            cancelTimer.run();
            stage.cancel(true);
        });
    }
}
