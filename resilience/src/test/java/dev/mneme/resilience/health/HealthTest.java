package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.HealthCheck;
import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Result;
import dev.mneme.HealthCheck.Source;
import dev.mneme.HealthCheck.Status;
import dev.mneme.resilience.limit.ManualTicker;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HealthTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final ManualTicker ticker = ManualTicker.aboutToWrap();

    private Health.Builder health(Source... checks) {
        return Health.builder(checks).ticker(ticker).timeout(LONG);
    }

    private static HealthCheck healthy(String name) {
        return HealthCheck.reaching(name, () -> {});
    }

    private static HealthCheck failing(String name, Throwable failure) {
        return HealthCheck.reaching(name, () -> {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        });
    }

    private static String detail(HealthReport report, int service) {
        return report.services().get(service).result().detail();
    }

    @Test
    void anOptionalRedisThatRefusesConnectionsLeavesTheHostHealthy() {
        HealthCheck redis = failing("redis", new ConnectException("Connection refused"));
        try (Health health =
                health(healthy("qdrant_memory").required(), redis.optional()).build()) {
            HealthReport report = health.report();

            assertThat(report.httpStatus()).isEqualTo(200);
            assertThat(report.text())
                    .isEqualTo("overall: healthy\nqdrant_memory: healthy\nredis: error: connection refused\n");
        }
    }

    @Test
    void anOpenBreakerDegradesTheHostAndAClosedOneRestoresIt() {
        var open = new AtomicBoolean(true);
        Source breakers = () ->
                List.of(HealthCheck.of("breaker gemini", () -> open.get() ? Result.degraded("open") : Result.healthy())
                        .required());
        try (Health health = health(healthy("sql").required(), breakers).build()) {
            assertThat(health.report().status()).isEqualTo(Status.DEGRADED);
            assertThat(health.report().httpStatus()).isEqualTo(200);

            open.set(false);
            ticker.advance(Duration.ofSeconds(2));
            assertThat(health.report().status()).isEqualTo(Status.HEALTHY);
        }
    }

    @Test
    void checksRunSideBySide() {
        var meeting = new CyclicBarrier(3);
        HealthCheck.Attempt meet = () -> meeting.await(60, TimeUnit.SECONDS);
        try (Health health = health(
                        HealthCheck.reaching("a", meet).required(),
                        HealthCheck.reaching("b", meet).required(),
                        HealthCheck.reaching("c", meet).required())
                .build()) {
            assertThat(health.report().status()).isEqualTo(Status.HEALTHY);
        }
    }

    @Test
    void whateverACheckThrowsOrAnswersTheReportStandsAndTellsNoMessage() {
        try (Health health = health(
                        failing("exception", new IllegalStateException("user said: my PIN is 1234"))
                                .required(),
                        failing("error", new StackOverflowError("my PIN is 1234"))
                                .optional(),
                        failing("assertion", new AssertionError("my PIN is 1234"))
                                .optional(),
                        HealthCheck.of("null", () -> null).optional(),
                        healthy("fine").required())
                .build()) {
            HealthReport report = health.report();

            assertThat(report.status()).isEqualTo(Status.UNHEALTHY);
            assertThat(report.text()).isEqualTo("""
                            overall: error
                            exception: error: IllegalStateException
                            error: error: StackOverflowError
                            assertion: error: AssertionError
                            null: error: the check answered null
                            fine: healthy
                            """);
            assertThat(report.json()).doesNotContain("PIN");
        }
    }

    @Test
    void aReportIsKeptForTwoSecondsAndThenMadeAnew() {
        var asked = new AtomicInteger();
        try (Health health = health(
                        HealthCheck.reaching("redis", asked::incrementAndGet).required())
                .build()) {
            HealthReport first = health.report();
            ticker.advance(Duration.ofSeconds(2).minusNanos(1));
            assertThat(health.report()).isSameAs(first);
            assertThat(asked).hasValue(1);

            ticker.advance(Duration.ofNanos(1));
            assertThat(health.report()).isNotSameAs(first);
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void callersWhoComeWhileAReportIsMadeGetTheSameOne() throws Exception {
        var asked = new AtomicInteger();
        var release = new CountDownLatch(1);
        int callers = 8;
        var coming = new CountDownLatch(callers);
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try (Health health = health(HealthCheck.reaching("slow", () -> {
                            asked.incrementAndGet();
                            release.await();
                        })
                        .required())
                .build()) {
            List<Future<HealthReport>> reports = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                reports.add(pool.submit(() -> {
                    coming.countDown();
                    return health.report();
                }));
            }
            coming.await();
            release.countDown();

            HealthReport first = reports.get(0).get();
            for (Future<HealthReport> report : reports) {
                assertThat(report.get()).isSameAs(first);
            }
            assertThat(asked).hasValue(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aCheckThatHangsIsWaitedForOnceInterruptedAndNotAskedAgainBeforeItEnds() throws Exception {
        var asked = new AtomicInteger();
        var interrupted = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        HealthCheck hung = HealthCheck.reaching("hung", () -> {
            if (asked.incrementAndGet() > 1) {
                return;
            }
            awaitThrough(release, interrupted);
            ended.countDown();
        });
        try (Health health = Health.builder(hung.required(), healthy("fine").required())
                .ticker(ticker)
                .timeout(Duration.ofMillis(500))
                .build()) {
            HealthReport report = health.report();
            assertThat(report.status()).isEqualTo(Status.UNHEALTHY);
            assertThat(detail(report, 0)).isEqualTo("no answer within 500 ms");
            assertThat(report.services().get(0).took()).isEqualTo(Duration.ofMillis(500));
            interrupted.await();

            ticker.advance(Duration.ofSeconds(2));
            assertThat(detail(health.report(), 0)).isEqualTo("still no answer to an earlier question");
            assertThat(asked).hasValue(1);

            release.countDown();
            ended.await();
            // its thread lets go of it in a moment of its own
            while (asked.get() == 1) {
                ticker.advance(Duration.ofSeconds(2));
                health.report();
            }
            assertThat(asked).hasValue(2);
        } finally {
            release.countDown();
        }
    }

    private static void awaitThrough(CountDownLatch release, CountDownLatch interrupted) {
        while (true) {
            try {
                release.await();
                return;
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        }
    }

    @Test
    void oneSecondIsWaitedForUnlessSet() {
        HealthCheck hung = HealthCheck.reaching("hung", () -> new CountDownLatch(1).await());
        try (Health health = Health.of(hung.optional())) {
            assertThat(detail(health.report(), 0)).isEqualTo("no answer within 1000 ms");
        }
    }

    @Test
    void anInterruptedCallerGetsItsReportAndKeepsItsFlag() {
        try (Health health = health(healthy("redis").required()).build()) {
            Thread.currentThread().interrupt();
            HealthReport report = health.report();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(report.status()).isEqualTo(Status.HEALTHY);
        }
    }

    @Test
    void aSourceThatFailsMakesTheHostUnhealthyAndHidesNoOtherCheck() {
        Source broken = () -> {
            throw new IllegalStateException("secret");
        };
        Source holey = () -> Collections.singletonList(null);
        try (Health health = health(broken, holey, healthy("redis").required()).build()) {
            assertThat(health.report().text()).isEqualTo("""
                            overall: error
                            redis: healthy
                            health: error: a source of checks failed: IllegalStateException
                            health: error: a source of checks failed: NullPointerException
                            """);
        }
    }

    @Test
    void checksOfOneNameAreTwoChecks() {
        try (Health health = health(
                        healthy("redis").required(),
                        failing("redis", new ConnectException("refused")).optional())
                .build()) {
            assertThat(health.report().text())
                    .isEqualTo("overall: healthy\nredis: healthy\nredis: error: connection refused\n");
        }
    }

    @Test
    void checksBeyondTheBoundAreCountedAndDegradeTheHost() {
        Source many = () -> {
            var checks = new ArrayList<Rated>();
            for (int i = 0; i < 300; i++) {
                checks.add(healthy("s" + i).optional());
            }
            return checks;
        };
        try (Health health = health(many).build()) {
            HealthReport report = health.report();

            assertThat(report.services()).hasSize(257);
            assertThat(report.status()).isEqualTo(Status.DEGRADED);
            assertThat(detail(report, 256)).isEqualTo("44 checks beyond the first 256 were not run");
        }
    }

    @Test
    void afterCloseNothingIsAskedAndTheHostIsNotReady() throws Exception {
        var asked = new AtomicInteger();
        Health health = health(
                        HealthCheck.reaching("redis", asked::incrementAndGet).required())
                .build();
        health.report();
        health.close();
        health.close();

        ticker.advance(Duration.ofSeconds(2));
        HealthReport report = health.report();
        assertThat(report.status()).isEqualTo(Status.UNHEALTHY);
        assertThat(detail(report, 0)).isEqualTo("not asked: closed");
        assertThat(asked).hasValue(1);
    }

    @Test
    void closeInterruptsTheCheckThatRunsAndItsReportIsMade() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Health health = health(HealthCheck.reaching("hung", () -> {
                            begun.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } finally {
                                interrupted.countDown();
                            }
                        })
                        .required())
                .build();
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try {
            Future<HealthReport> report = caller.submit(health::report);
            begun.await();
            health.close();

            interrupted.await();
            assertThat(report.get().status()).isEqualTo(Status.UNHEALTHY);
            assertThat(detail(report.get(), 0)).isEqualTo("closed before it answered");
        } finally {
            caller.shutdownNow();
        }
    }

    @Test
    void sourcesThatDoNotAnswerKeepNoSecondCallerForEver() throws Exception {
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Source hung = () -> {
            begun.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return List.of();
        };
        ExecutorService caller = Executors.newSingleThreadExecutor();
        try (Health health = health(hung).timeout(Duration.ofMillis(50)).build()) {
            Future<HealthReport> first = caller.submit(health::report);
            begun.await();

            HealthReport second = health.report();
            assertThat(second.status()).isEqualTo(Status.UNHEALTHY);
            assertThat(detail(second, 0)).isEqualTo("the sources of checks do not answer");
            release.countDown();
            assertThat(first.get().status()).isEqualTo(Status.HEALTHY);
        } finally {
            release.countDown();
            caller.shutdownNow();
        }
    }

    @Test
    void aLimitOutOfItsRangeIsRefusedWithItsValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Health.builder().timeout(Duration.ZERO))
                .withMessage("timeout must be PT0.001S to PT5M, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Health.builder().timeout(Duration.ofMinutes(6)))
                .withMessage("timeout must be PT0.001S to PT5M, was PT6M");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Health.builder().cachedFor(Duration.ofNanos(-1)))
                .withMessage("cachedFor must be PT0S to PT5M, was PT-0.000000001S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Health.builder().maxThreads(0))
                .withMessage("maxThreads must be 1 to 256, was 0");
    }
}
