package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.resilience.RetrySettings;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TestBusTest {

    @Test
    void oneSeedGivesOneLogAThousandTimes() {
        List<String> first = story(42);
        assertThat(first).hasSizeGreaterThan(60);
        for (int i = 0; i < 1_000; i++) {
            assertThat(story(42)).as("run %s", i).isEqualTo(first);
        }
        assertThat(story(43)).isNotEqualTo(first);
    }

    /** Retries, time-outs, cancels, waits for others and keys, all at once. */
    private static List<String> story(long seed) {
        try (TestBus test = TestBus.seeded(seed)) {
            AgentRef<Integer, Integer> square = test.register(AgentSpec.<Integer, Integer>named("square")
                    .maxConcurrency(2)
                    .retry(RetrySettings.of(3, Duration.ofMillis(200), Duration.ofSeconds(5)))
                    .handler((n, ctx) -> {
                        test.takeTime(Duration.ofMillis(10L * n));
                        if (n % 3 == 0 && ctx.attempt() < 3) {
                            throw new ConnectException();
                        }
                        return n * n;
                    }));
            AgentRef<Integer, Integer> sum = test.register(AgentSpec.<Integer, Integer>named("sum")
                    .timeout(Duration.ofMillis(700))
                    .handler((n, ctx) -> ctx.ask(square, n) + ctx.ask(square, n + 1)));
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int n = 0; n < 9; n++) {
                Submit how = Submit.by(Tenant.of("t" + n % 2)).key("k" + n % 3);
                tasks.add(sum.submit(n, how).orThrow());
            }
            test.advance(Duration.ofMillis(50));
            tasks.get(7).cancel();
            test.advance(Duration.ofSeconds(10));
            return test.log();
        }
    }

    @Test
    void timePassesForTheBusOnlyAndATaskThatNeedsLongerTimesOut() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<String, String> slow = test.register(AgentSpec.<String, String>named("slow")
                    .timeout(Duration.ofSeconds(90))
                    .handler((text, ctx) -> {
                        test.takeTime(Duration.ofSeconds(100));
                        return text;
                    }));
            TaskHandle<String> task = slow.submit("x").orThrow();
            assertThat(task.status()).isEqualTo(TaskStatus.QUEUED);
            test.advance(Duration.ofSeconds(89));
            assertThat(task.status()).isEqualTo(TaskStatus.RUNNING);
            test.advance(Duration.ofSeconds(1));
            assertThat(task.status()).isEqualTo(TaskStatus.TIMED_OUT);
            assertThat(test.elapsed()).isEqualTo(Duration.ofSeconds(90));
            assertThat(slow.numbers().stopping()).isZero();
        }
    }

    @Test
    void waitingForAnOutcomeLetsNoMoreTimePassThanNeeded() {
        try (TestBus test = TestBus.seeded(1)) {
            AgentRef<String, String> slow =
                    test.register(AgentSpec.<String, String>named("slow").handler((text, ctx) -> {
                        test.takeTime(Duration.ofSeconds(7));
                        return text;
                    }));
            TaskHandle<String> task = slow.submit("x").orThrow();
            assertThat(task.awaitOutcome(Duration.ofSeconds(6))).isEmpty();
            assertThat(task.awaitOutcome(Duration.ofSeconds(60)).orElseThrow().get())
                    .isEqualTo("x");
            assertThat(test.elapsed()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    @Test
    void aHandlerCannotDriveTheBus() {
        try (TestBus test = TestBus.seeded(1)) {
            var found = new AtomicReference<Throwable>();
            AgentRef<String, String> driver =
                    test.register(AgentSpec.<String, String>named("driver").handler((text, ctx) -> {
                        try {
                            test.run();
                        } catch (IllegalStateException e) {
                            found.set(e);
                        }
                        return text;
                    }));
            driver.submit("x").orThrow();
            test.run();
            assertThat(found.get()).hasMessageContaining("TaskContext.await");
            assertThatThrownBy(() -> test.takeTime(Duration.ofSeconds(1))).isInstanceOf(IllegalStateException.class);
        }
    }
}
