package dev.mneme.memory.redis;

import dev.mneme.memory.coordination.UnreachableException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Waits for the answer to one call, for those whose own calls block. */
final class Answers {

    private Answers() {}

    /**
     * Makes a call through the gate and waits for its answer. An interrupt does not cut the wait short, which is bounded,
     * and is kept: else nobody would know whether the call was done.
     *
     * @throws UnreachableException if it was not made, not answered in time, or refused by the server
     */
    static <T> T await(
            Redis redis,
            Duration within,
            Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> call) {
        return await(redis, RedisGate.Urgency.PATIENT, within, call);
    }

    /** As {@link #await}, for a caller who can do without: refused when the server seems to hang. */
    static <T> T awaitOrGiveUp(
            Redis redis,
            Duration within,
            Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> call) {
        return await(redis, RedisGate.Urgency.IMPATIENT, within, call);
    }

    private static <T> T await(
            Redis redis,
            RedisGate.Urgency urgency,
            Duration within,
            Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        redis.gate().call(urgency, call).whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        boolean interrupted = false;
        long endNanos = System.nanoTime() + within.toNanos();
        try {
            while (true) {
                try {
                    return answer.get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new UnreachableException(
                            String.valueOf(FarFailures.of(e).getMessage()));
                } catch (TimeoutException e) {
                    throw new UnreachableException(Trouble.NO_ANSWER);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
