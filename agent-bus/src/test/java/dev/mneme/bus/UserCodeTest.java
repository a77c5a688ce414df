package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Await;
import dev.mneme.resilience.Classifier;
import dev.mneme.resilience.ErrorClass;
import dev.mneme.resilience.Fault;
import dev.mneme.resilience.RetrySettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is the user's may use the bus, from another thread and waiting for it: so no lock of the bus is held there. */
class UserCodeTest {

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void noCodeOfUsersRunsUnderALock(BusThreads threads) {
        Set<String> called = ConcurrentHashMap.newKeySet();
        var agent = new AtomicReference<AgentRef<Integer, Integer>>();
        var busy = new AtomicReference<AgentBus>();
        var inside = new CountDownLatch(1);
        Runnable everything = () -> {
            AgentRef<Integer, Integer> ref = agent.get();
            ref.numbers();
            ref.maxConcurrency(3);
            ref.submit(0).handle(TaskHandle::cancel, rejected -> {});
            busy.get().numbers();
        };
        Classifier classifier = Classifier.standard().with(IOException.class, e -> {
            callFromElsewhere("classifier", called, everything);
            return Fault.of(ErrorClass.NETWORK);
        });
        ContextCarrier carrier = () -> {
            callFromElsewhere("capture", called, () -> agent.get().numbers());
            return () -> {
                callFromElsewhere("restore", called, () -> agent.get().numbers());
                return () ->
                        callFromElsewhere("close", called, () -> agent.get().numbers());
            };
        };
        try (AgentBus bus = AgentBus.builder()
                .threads(threads)
                .context(carrier)
                .retries(builder -> builder.classifier(classifier))
                .drainFor(Duration.ofSeconds(30))
                .build()) {
            busy.set(bus);
            agent.set(bus.register(AgentSpec.<Integer, Integer>named("one")
                    .retry(RetrySettings.of(2, Duration.ofMillis(1), Duration.ofMillis(1)))
                    .handler((n, ctx) -> {
                        if (n > 0) {
                            callFromElsewhere("handler", called, everything);
                            ctx.onCancel(() -> callFromElsewhere("action", called, everything));
                        }
                        if (n == 1 && ctx.attempt() == 1) {
                            throw new IOException();
                        }
                        if (n == 2) {
                            inside.countDown();
                        }
                        if (n >= 2) {
                            Thread.sleep(60_000);
                        }
                        return n;
                    })));
            submit(agent.get(), 1, called, everything, Submit.byHost());
            TaskHandle<Integer> cancelled = submit(agent.get(), 2, called, everything, Submit.byHost());
            submit(agent.get(), 3, called, everything, Submit.byHost().deadline(Duration.ofMillis(100)));
            Await.until("it is inside", () -> inside.getCount() == 0);
            cancelled.cancel();
            Await.until(
                    "all were called, were " + called,
                    () -> called.containsAll(Set.of(
                            "classifier",
                            "capture",
                            "restore",
                            "close",
                            "handler",
                            "action",
                            "outcome 1",
                            "outcome 2",
                            "outcome 3")));
        }
    }

    private static TaskHandle<Integer> submit(
            AgentRef<Integer, Integer> agent, int n, Set<String> called, Runnable everything, Submit how) {
        TaskHandle<Integer> handle = agent.submit(n, how).orThrow();
        handle.outcome().thenAccept(outcome -> callFromElsewhere("outcome " + n, called, everything));
        return handle;
    }

    /** Waits for another thread that does it: were a lock held here, that one would wait for us. */
    private static void callFromElsewhere(String what, Set<String> called, Runnable act) {
        boolean interrupted = Thread.interrupted();
        CompletableFuture<Void> done = CompletableFuture.runAsync(act, task -> new Thread(task).start());
        try {
            done.orTimeout(1, MINUTES).join();
            called.add(what);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        assertThat(done).isCompleted();
    }
}
