package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.HealthCheck;
import dev.mneme.HealthCheck.Source;
import dev.mneme.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CheckPoolTest {

    private static CheckRuns runs(CheckPool pool, Duration timeout, List<Source> checks) {
        return new CheckRuns(checks, pool, Ticker.system(), timeout);
    }

    @Test
    void withoutVirtualThreadsManyChecksShareAFewDaemonThreads() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        var checks = new ArrayList<Source>();
        for (int i = 0; i < 50; i++) {
            checks.add(HealthCheck.reaching("s" + i, () -> threads.add(Thread.currentThread()))
                    .required());
        }
        CheckRuns runs = runs(CheckPool.ofThreads(3), Duration.ofSeconds(60), checks);

        assertThat(runs.report().httpStatus()).isEqualTo(200);
        assertThat(threads)
                .hasSizeBetween(1, 3)
                .allMatch(Thread::isDaemon)
                .allMatch(thread -> thread.getName().startsWith("mneme-health-"));
        runs.close();
    }

    @Test
    void aCheckThatFoundNoThreadIsToldFromOneThatGaveNoAnswer() {
        var release = new CountDownLatch(1);
        HealthCheck hung = HealthCheck.reaching("hung", () -> {
            boolean released = false;
            while (!released) {
                try {
                    release.await();
                    released = true;
                } catch (InterruptedException e) {
                    // hangs through it
                }
            }
        });
        HealthCheck second = HealthCheck.reaching("second", () -> {});
        CheckRuns runs =
                runs(CheckPool.ofThreads(1), Duration.ofMillis(500), List.of(hung.required(), second.required()));
        try {
            assertThat(runs.report().text()).isEqualTo("""
                            overall: error
                            hung: error: no answer within 500 ms
                            second: error: no thread was free within 500 ms
                            """);
        } finally {
            release.countDown();
            runs.close();
        }
    }

    @Test
    void aThreadForEachCheckServesToo() {
        ThreadFactory threads = WorkerThreads.daemon("each-");
        Set<String> names = ConcurrentHashMap.newKeySet();
        HealthCheck a =
                HealthCheck.reaching("a", () -> names.add(Thread.currentThread().getName()));
        HealthCheck b =
                HealthCheck.reaching("b", () -> names.add(Thread.currentThread().getName()));
        CheckRuns runs =
                runs(CheckPool.ofThreadEach(threads), Duration.ofSeconds(60), List.of(a.required(), b.required()));

        assertThat(runs.report().httpStatus()).isEqualTo(200);
        assertThat(names).containsExactlyInAnyOrder("each-0", "each-1");
    }

    @Test
    void aPoolClosedUnderARunLeavesAnAnswerForEachCheck() {
        for (CheckPool pool : List.of(CheckPool.ofThreads(1), CheckPool.ofThreadEach(WorkerThreads.daemon("each-")))) {
            pool.close();
            CheckRuns runs = runs(
                    pool,
                    Duration.ofSeconds(60),
                    List.of(HealthCheck.reaching("a", () -> {}).required()));

            assertThat(runs.report().text()).isEqualTo("overall: error\na: error: not asked: closed\n");
        }
    }

    @Test
    void aThreadThatCannotBeMadeIsTheChecksFailureAndNotTheReports() {
        CheckPool pool = CheckPool.ofThreadEach(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        CheckRuns runs = runs(
                pool,
                Duration.ofSeconds(60),
                List.of(HealthCheck.reaching("a", () -> {}).optional()));

        assertThat(runs.report().text()).isEqualTo("overall: healthy\na: error: OutOfMemoryError\n");
    }

    @Test
    void checksRunOnVirtualThreadsExactlyWhereTheJdkHasThem() throws Exception {
        ThreadFactory virtual = WorkerThreads.virtual("v-");
        if (Runtime.version().feature() < 19) {
            assertThat(virtual).isNull();
            return;
        }
        if (Runtime.version().feature() < 21) {
            // a preview there: had only if switched on
            return;
        }
        assertThat(virtual).isNotNull();
        Thread thread = virtual.newThread(() -> {});
        assertThat(thread.getName()).isEqualTo("v-0");
        assertThat(Thread.class.getMethod("isVirtual").invoke(thread)).isEqualTo(true);
    }
}
