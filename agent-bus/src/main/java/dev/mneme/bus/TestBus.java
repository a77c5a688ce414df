package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A bus for tests: time passes when the test says so, one handler runs at a time, and what goes on next is drawn from a seed.
 * The same seed and the same calls give the same {@link #log}.
 *
 * <pre>{@code
 * TestBus test = TestBus.seeded(42);
 * TaskHandle<String> task = test.register(flaky).submit("x").orThrow();
 * test.advance(ofSeconds(91));
 * assertThat(task.status().detail()).isEqualTo(TIMED_OUT);
 * }</pre>
 *
 * <p>Tasks begin only while {@link #run}, {@link #advance}, {@link TaskHandle#awaitOutcome} or {@link AgentBus#drain} is
 * called, by one thread, the test's; the last two let as much time pass as they need. A handler that takes time says so with
 * {@link #takeTime}, and waits for nothing else but other tasks. Random are also the waits of {@code RetrySettings}; a
 * {@code Retry} of the test's own draws them by itself, so there its draws are not of the seed.
 */
public final class TestBus implements AutoCloseable {

    private static final Instant START = Instant.parse("2000-01-01T00:00:00Z");

    private final VirtualClock clock = new VirtualClock();
    private final Baton baton;
    private final AgentBus bus;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> log = new ArrayList<>();

    private TestBus(long seed, UnaryOperator<AgentBus.Builder> settings) {
        var random = new Random(seed);
        baton = new Baton(random, clock);
        // another source: how often a wait is drawn does not change what runs next
        var waits = new SeededWaits(new Random(~seed));
        Parts.Trace trace =
                (cell, what) -> write(lock, log, clock.elapsed() + " " + cell.agent() + " " + cell.id() + " " + what);
        AgentBus.Builder builder = AgentBus.builder().drainFor(Duration.ZERO).clock(() -> START.plus(clock.elapsed()));
        bus = settings.apply(builder)
                .build(new Engine(clock, clock.timers(), baton, baton, baton, baton, new TaskIds("#"), waits, trace));
    }

    public static TestBus seeded(long seed) {
        return seeded(seed, UnaryOperator.identity());
    }

    /**
     * With settings of the bus. Its threads and its ticker are the test's, whatever is set; its clock begins with the year 2000,
     * if no other is set.
     */
    public static TestBus seeded(long seed, UnaryOperator<AgentBus.Builder> settings) {
        return new TestBus(seed, requireNonNull(settings, "settings"));
    }

    /** The bus, for the code that is tested. */
    public AgentBus bus() {
        return bus;
    }

    public <I, O extends @Nullable Object> AgentRef<I, O> register(AgentSpec<I, O> spec) {
        return bus.register(spec);
    }

    /**
     * Lets everything go on that can without time passing.
     *
     * @throws IllegalStateException if a handler waits for half a minute of real time for something outside of the bus
     */
    public void run() {
        baton.run();
    }

    /**
     * Lets so much time pass, and everything happen in it in its order.
     *
     * @throws IllegalStateException as {@link #run}
     */
    public void advance(Duration time) {
        Limits.notNegative("time", time);
        baton.runUntil(clock.nanos() + time.toNanos(), () -> false);
    }

    /** The time that has passed since the bus was made. */
    public Duration elapsed() {
        return clock.elapsed();
    }

    /** Every change of every task so far: when, which agent, which task, what. */
    public List<String> log() {
        lock.lock();
        try {
            return List.copyOf(log);
        } finally {
            lock.unlock();
        }
    }

    /**
     * For handlers: returns after so much of the bus's time, as a call would that takes so long. It keeps the agent's slot.
     *
     * @throws InterruptedException if the task ends meanwhile
     * @throws IllegalStateException if called by no handler of a test bus
     */
    public void takeTime(Duration time) throws InterruptedException {
        Limits.notNegative("time", time);
        Attempt<?, ?> attempt = baton.attempt();
        Dispatcher.Gate gate = baton.gate();
        var over = new AtomicBoolean();
        Timers.Entry end = clock.timers().at(clock.nanos() + time.toNanos(), () -> {
            over.set(true);
            gate.open();
        });
        attempt.cell.mailbox.slots.waitsAt(attempt, gate);
        try {
            gate.await(() -> over.get() || attempt.isCancelled(), true);
        } finally {
            attempt.cell.mailbox.slots.waitsAt(attempt, null);
            end.cancel();
        }
        if (!over.get()) {
            boolean flag = Thread.interrupted();
            throw new InterruptedException(flag ? "interrupted" : "the task has ended");
        }
    }

    /** Drains the bus without letting time pass for the tasks: what has not ended is cancelled. */
    @Override
    public void close() {
        bus.close();
        run();
    }

    private static void write(ReentrantLock lock, List<String> log, String line) {
        lock.lock();
        try {
            log.add(line);
        } finally {
            lock.unlock();
        }
    }
}
