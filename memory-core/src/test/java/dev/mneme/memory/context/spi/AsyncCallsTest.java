package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.context.ContextStoreException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AsyncCallsTest {

    private final Queue<Runnable> tasks = new ArrayDeque<>();

    @Test
    void noMoreCallsThanAllowedAreUnfinished() throws Exception {
        AsyncCalls calls = AsyncCalls.on(tasks::add);
        for (int i = 0; i < AsyncCalls.MAX_UNFINISHED; i++) {
            assertThat(calls.run(() -> 1).toCompletableFuture()).isNotDone();
        }
        assertRefused(calls.run(() -> 1), ContextStoreException.class, "10000 async calls are unfinished");
        assertThat(tasks).hasSize(AsyncCalls.MAX_UNFINISHED);

        tasks.remove().run();
        CompletionStage<Integer> next = calls.run(() -> 2);
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        assertThat(got(next)).isEqualTo(2);
    }

    @Test
    void aCallThatFailsIsFinished() {
        AsyncCalls calls = AsyncCalls.on(Runnable::run);
        for (int i = 0; i <= AsyncCalls.MAX_UNFINISHED; i++) {
            assertRefused(
                    calls.run(() -> {
                        throw new IllegalArgumentException("of the call");
                    }),
                    IllegalArgumentException.class,
                    "of the call");
        }
    }

    @Test
    void whatTheExecutorRejectsIsRefusedAndDoesNotCount() {
        AsyncCalls calls = AsyncCalls.on(task -> {
            throw new RejectedExecutionException("full");
        });
        for (int i = 0; i <= AsyncCalls.MAX_UNFINISHED; i++) {
            assertRefused(calls.run(() -> 1), ContextStoreException.class, "the executor rejected it");
        }
    }

    @Test
    void afterClosingCallsAreRefusedAndTheHostsExecutorGoesOn() throws Exception {
        var host = Executors.newSingleThreadExecutor();
        try {
            AsyncCalls calls = AsyncCalls.on(host);
            assertThat(got(calls.run(() -> 1))).isOne();
            calls.close();
            assertRefused(calls.run(() -> 1), IllegalStateException.class, "the context store is closed");
            assertThat(host.submit(() -> 2).get(60, TimeUnit.SECONDS)).isEqualTo(2);
        } finally {
            host.shutdownNow();
        }
    }

    @Test
    void ownThreadsAreDaemonsAndFinishWhatTheyTook() throws Exception {
        AsyncCalls calls = AsyncCalls.on(null);
        CompletionStage<Boolean> taken = calls.run(() -> Thread.currentThread().isDaemon());
        calls.close();
        calls.close();
        assertThat(got(taken)).isTrue();
        assertRefused(calls.run(() -> 1), IllegalStateException.class, "the context store is closed");
    }

    private static <T> T got(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static void assertRefused(CompletionStage<?> stage, Class<?> type, String message) {
        assertThatThrownBy(() -> got(stage))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(type)
                .hasMessageContaining(message);
    }
}
