package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mneme.HealthCheck.Attempt;
import dev.mneme.HealthCheck.Criticality;
import dev.mneme.HealthCheck.Result;
import dev.mneme.HealthCheck.Status;
import dev.mneme.MnemeException;
import dev.mneme.resilience.health.Components.State;
import dev.mneme.resilience.health.StopReport.Outcome;
import dev.mneme.resilience.health.StopReport.Stopped;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ComponentsTest {

    private final List<String> events = new CopyOnWriteArrayList<>();

    private Fake fake(String name, String... dependsOn) {
        return new Fake(name, new LinkedHashSet<>(List.of(dependsOn)));
    }

    @Test
    void eachStartsAfterAllItDependsOnAndStopsBeforeThem() {
        var components =
                Components.of(fake("relay", "redis", "outbox"), fake("outbox", "sql"), fake("sql"), fake("redis"));

        components.start();
        assertThat(events).containsExactly("start sql", "start outbox", "start redis", "start relay");
        assertThat(components.states().keySet()).containsExactly("sql", "outbox", "redis", "relay");
        assertThat(components.states().values()).containsOnly(State.STARTED);

        events.clear();
        StopReport report = components.stop();
        assertThat(events).containsExactly("stop relay", "stop redis", "stop outbox", "stop sql");
        assertThat(report.clean()).isTrue();
        assertThat(components.states().values()).containsOnly(State.STOPPED);
    }

    @Test
    void randomGraphsStartInAnOrderTheirDependenciesAllow() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var parts = new ArrayList<Component>();
            for (int i = 0; i < 30; i++) {
                var needs = new LinkedHashSet<String>();
                for (int n = random.nextInt(4); n > 0 && i > 0; n--) {
                    needs.add("c" + random.nextInt(i));
                }
                parts.add(new Fake("c" + i, needs));
            }
            Collections.shuffle(parts, random);

            List<Component> order = StartOrder.of(parts);
            assertThat(order).as("seed %s", seed).hasSize(30);
            var started = new LinkedHashSet<String>();
            for (Component part : order) {
                assertThat(started).as("seed %s, before %s", seed, part.name()).containsAll(part.dependsOn());
                started.add(part.name());
            }
        }
    }

    @Test
    void aCircleIsRefusedAndNamesWhoIsInIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.of(fake("free", "a"), fake("a", "b"), fake("b", "c"), fake("c", "a")))
                .withMessage("components must not depend on each other in a circle, was a -> b -> c -> a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.of(fake("self", "self")))
                .withMessage("components must not depend on each other in a circle, was self -> self");
    }

    @Test
    void aMissingPartATwiceUsedNameAndBadBoundsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.of(fake("relay", "redis")))
                .withMessage("a component may depend on given ones only, 'relay' depends on 'redis'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.of(fake("sql"), fake("sql")))
                .withMessage("names of components must differ, 'sql' was given twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.of(fake("")))
                .withMessage("a check's name must have 1 to 100 characters and not be blank, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.builder().stopWithin(Duration.ZERO))
                .withMessage("stopWithin must be more than zero and at most PT1H, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.builder().startWithin(Duration.ofHours(2)))
                .withMessage("startWithin must be more than zero and at most PT1H, was PT2H");
        Component[] many = new Component[257];
        for (int i = 0; i < many.length; i++) {
            many[i] = fake("c" + i);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Components.of(many))
                .withMessage("there may be at most 256 components, were 257");
    }

    @Test
    void whenOneCannotStartThoseStartedBeforeAreStoppedAndTheRestIsNotTouched() {
        Fake redis = fake("redis", "sql");
        redis.onStart = () -> {
            throw new ConnectException("Connection refused");
        };
        var components = Components.of(fake("sql"), redis, fake("relay", "redis"));

        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(components::start)
                .withMessage(
                        "component 'redis' did not start: connection refused; those started before it were stopped")
                .withCauseInstanceOf(ConnectException.class);
        assertThat(events).containsExactly("start sql", "start redis", "stop sql");
        assertThat(components.states().values()).containsExactly(State.STOPPED, State.FAILED, State.NEW);
        assertThat(components.stop().components()).containsExactly(new Stopped("sql", Outcome.STOPPED));
        assertThat(events).as("and none is stopped twice").hasSize(3);
    }

    @Test
    void aStartThatHangsIsGivenUpAndStoppedIfItReturnsAllTheSame() throws Exception {
        var release = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Fake slow = fake("slow");
        slow.onStart = () -> awaitThroughInterrupts(release);
        slow.onStop = stopped::countDown;
        var components = Components.builder(fake("sql"), slow)
                .startWithin(Duration.ofSeconds(2))
                .build();

        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(components::start)
                .withMessage("component 'slow' did not start in time, all together have PT2S;"
                        + " those started before it were stopped");
        assertThat(events).containsExactly("start sql", "start slow", "stop sql");

        release.countDown();
        stopped.await();
        assertThat(events).containsExactly("start sql", "start slow", "stop sql", "stop slow");
    }

    @Test
    void aHungStopIsInterruptedAndLeavesTheOthersTheirShare() throws Exception {
        var release = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Fake hung = fake("hung", "sql");
        hung.onStop = () -> {
            try {
                new CountDownLatch(1).await();
            } finally {
                interrupted.countDown();
                awaitThroughInterrupts(release);
            }
        };
        Fake broken = fake("broken", "hung");
        broken.onStop = () -> {
            throw new IllegalStateException("secret");
        };
        var components = Components.builder(fake("sql"), hung, broken)
                .stopWithin(Duration.ofSeconds(6))
                .build();
        components.start();

        try {
            StopReport report = components.stop();
            assertThat(report.components())
                    .containsExactly(
                            new Stopped("broken", Outcome.FAILED),
                            new Stopped("hung", Outcome.TIMED_OUT),
                            new Stopped("sql", Outcome.STOPPED));
            assertThat(report.clean()).isFalse();
            interrupted.await();
        } finally {
            release.countDown();
        }
    }

    @Test
    void stopMayComeTwiceOrFirstAndStartComesOnce() {
        var components = Components.of(fake("sql"));
        components.start();
        assertThatIllegalStateException()
                .isThrownBy(components::start)
                .withMessage("components can be started once, were RUNNING");
        StopReport first = components.stop();
        assertThat(components.stop()).isSameAs(first);
        components.close();
        assertThat(events).containsExactly("start sql", "stop sql");

        var never = Components.of(fake("other"));
        assertThat(never.stop().components()).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(never::start)
                .withMessage("components can be started once, were STOPPED");
    }

    @Test
    void aStopWhileStartingEndsTheStartAndStopsWhatHadStarted() throws Exception {
        var begun = new CountDownLatch(1);
        Fake slow = fake("slow", "sql");
        slow.onStart = () -> {
            begun.countDown();
            new CountDownLatch(1).await();
        };
        var components = Components.of(fake("sql"), slow, fake("never", "slow"));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<?> start = other.submit(components::start);
            begun.await();
            StopReport report = components.stop();

            assertThat(report.components()).containsExactly(new Stopped("sql", Outcome.STOPPED));
            assertThat(events).containsExactly("start sql", "start slow", "stop sql");
            assertThat(start)
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableThat()
                    .withMessageContaining("component 'slow' was stopped while it started");
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void anInterruptedStartIsUndoneAndTheFlagKept() {
        Fake slow = fake("slow", "sql");
        Thread me = Thread.currentThread();
        slow.onStart = () -> {
            me.interrupt();
            new CountDownLatch(1).await();
        };
        var components = Components.of(fake("sql"), slow);

        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(components::start)
                .withMessageContaining("'slow' was not waited for: the calling thread was interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(events).containsExactly("start sql", "start slow", "stop sql");
    }

    @Test
    void anInterruptDoesNotShortenAStop() {
        Fake sql = fake("sql");
        sql.onStop = () -> {};
        var components = Components.of(sql, fake("redis"));
        components.start();

        Thread.currentThread().interrupt();
        StopReport report = components.stop();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(report.clean()).isTrue();
        assertThat(events).endsWith("stop redis", "stop sql");
    }

    @Test
    void whoWaitsForAStopThatAnotherMakesWaitsNoLongerThanTheBound() throws Exception {
        var begun = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        Fake nested = fake("nested");
        var components = new AtomicReference<Components>();
        var seen = new AtomicReference<StopReport>();
        nested.onStop = () -> {
            begun.countDown();
            // a part that stops its host out of its own stop must not hang it
            seen.set(components.get().stop());
            release.countDown();
        };
        components.set(
                Components.builder(nested).stopWithin(Duration.ofMillis(200)).build());
        components.get().start();

        StopReport report = components.get().stop();
        assertThat(report.components()).containsExactly(new Stopped("nested", Outcome.TIMED_OUT));
        release.await();
        assertThat(begun.getCount()).isZero();
        assertThat(seen.get()).isNotNull();
    }

    @Test
    void threadsThatAComponentMakesAreNoDaemonsUnlessItSaysSo() {
        var daemon = new AtomicReference<Boolean>();
        Fake server = fake("server");
        server.onStart = () -> daemon.set(new Thread(() -> {}).isDaemon());
        var components = Components.of(server);
        components.start();
        components.stop();

        assertThat(daemon).hasValue(false);
    }

    @Test
    void readinessKnowsEachPartFromBeforeItsStartUntilAfterItsStop() {
        Fake sql = fake("sql");
        Fake mail = fake("mail");
        mail.criticality = Criticality.OPTIONAL;
        var during = new AtomicReference<String>();
        var components = Components.of(sql, mail);
        Health health = Health.builder(components)
                .timeout(Duration.ofSeconds(60))
                .cachedFor(Duration.ZERO)
                .build();
        sql.onStart = () -> during.set(health.report().text());
        try (health) {
            assertThat(health.report().text())
                    .isEqualTo("overall: error\nsql: error: not started\nmail: error: not started\n");
            components.start();
            assertThat(during.get()).isEqualTo("overall: error\nsql: error: starting\nmail: error: not started\n");
            assertThat(health.report().text()).isEqualTo("overall: healthy\nsql: healthy\nmail: healthy\n");

            mail.health = Result.unhealthy("quota");
            assertThat(health.report().text()).isEqualTo("overall: healthy\nsql: healthy\nmail: error: quota\n");
            sql.health = Result.degraded("read only");
            assertThat(health.report().status()).isEqualTo(Status.DEGRADED);

            mail.onStop = () -> during.set(health.report().text());
            components.stop();
            assertThat(during.get()).isEqualTo("overall: error\nsql: error: stopping\nmail: error: stopping\n");
            assertThat(health.report().text()).isEqualTo("overall: error\nsql: error: stopped\nmail: error: stopped\n");
        }
    }

    @Test
    void aPartThatSaysNothingOfItselfDependsOnNoneIsRequiredAndIsHealthyWhileItRuns() {
        Component plain = new Component() {
            @Override
            public String name() {
                return "plain";
            }

            @Override
            public void start() {}

            @Override
            public void stop() {}
        };
        var components = Components.of(plain);
        try (Health health = Health.builder(components)
                .timeout(Duration.ofSeconds(60))
                .cachedFor(Duration.ZERO)
                .build()) {
            assertThat(health.report().httpStatus()).isEqualTo(503);
            components.start();
            assertThat(health.report().text()).isEqualTo("overall: healthy\nplain: healthy\n");
        }
    }

    @Test
    void aPartThatFailedToStartIsSaidToHave() {
        Fake redis = fake("redis");
        redis.onStart = () -> {
            throw new IllegalStateException("secret");
        };
        var components = Components.of(redis);
        assertThatExceptionOfType(MnemeException.class).isThrownBy(components::start);

        try (Health health =
                Health.builder(components).timeout(Duration.ofSeconds(60)).build()) {
            assertThat(health.report().text()).isEqualTo("overall: error\nredis: error: failed to start\n");
        }
    }

    private static void awaitThroughInterrupts(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // what this stands for does not listen
            }
        }
    }

    /** A component that writes down what happens to it. */
    private final class Fake implements Component {

        private final String name;
        private final Set<String> dependsOn;
        private Attempt onStart = () -> {};
        private Attempt onStop = () -> {};
        private Criticality criticality = Criticality.REQUIRED;
        private volatile Result health = Result.healthy();

        Fake(String name, Set<String> dependsOn) {
            this.name = name;
            this.dependsOn = dependsOn;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Set<String> dependsOn() {
            return dependsOn;
        }

        @Override
        public void start() throws Exception {
            events.add("start " + name);
            onStart.run();
        }

        @Override
        public void stop() throws Exception {
            events.add("stop " + name);
            onStop.run();
        }

        @Override
        public Criticality criticality() {
            return criticality;
        }

        @Override
        public Result health() {
            return health;
        }
    }
}
