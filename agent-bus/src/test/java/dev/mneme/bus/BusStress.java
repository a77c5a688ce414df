package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.bus.Submission.Accepted;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** One mailbox between two threads on real processors. No thread of a bus takes part: the actors do what those would do. */
public final class BusStress {

    private BusStress() {}

    /** An agent with room for one task, and one slot. */
    static class OneAgent {

        private final AtomicInteger ends = new AtomicInteger();
        private volatile long now;
        private final Timers timers = new Timers(() -> now, () -> {});
        private final AgentSpec<Integer, Integer> spec = AgentSpec.<Integer, Integer>named("one")
                .capacity(1)
                .maxConcurrency(1)
                .timeout(Duration.ofNanos(10))
                .handler((n, ctx) -> n);
        private final Mailbox mailbox = new Mailbox(
                spec,
                null,
                new Parts(
                        new Engine(
                                () -> now,
                                timers,
                                new ByHand(),
                                Runnable::run,
                                Runnable::run,
                                Runnable::run,
                                new TaskIds("#"),
                                (failure, attempts, settings) -> Optional.empty(),
                                null),
                        ContextCarrier.none(),
                        InstantSource.system(),
                        new DeadLetters(0, Runnable::run),
                        null));

        @Nullable
        TaskHandle<Integer> submit() {
            if (mailbox.submit(spec, 1, Submit.byHost(), Origin.OUTSIDE) instanceof Accepted<Integer> accepted) {
                var unused = accepted.handle().outcome().thenAccept(outcome -> ends.incrementAndGet());
                return accepted.handle();
            }
            return null;
        }

        /** What a thread of the bus does when the mailbox has work. */
        void work() {
            for (Attempt<?, ?> next = mailbox.slots.pick(); next != null; next = mailbox.slots.pick()) {
                next.run();
            }
        }

        /** What the timer's thread does when the deadline has passed. */
        void passDeadline() {
            now = 100;
            for (Timers.Entry due = timers.pollDue(); due != null; due = timers.pollDue()) {
                due.fire();
            }
        }

        void drain() {
            mailbox.beginDrain();
            mailbox.cutOff(new ArrayList<>());
        }

        /** Accepted tasks that have not ended, have ended and not said so, or are counted where none is left. */
        int wrong() {
            AgentNumbers n = mailbox.numbers();
            long ended = n.completed() + n.failed() + n.cancelled();
            boolean right = n.accepted() == ended
                    && ends.get() == ended
                    && n.waiting() + n.running() + n.stopping() + n.zombies() + n.parked() == 0
                    && !mailbox.slots.isReady();
            return right ? 0 : 1;
        }
    }

    /** A task that has its slot, and whose handler is about to be called. */
    static class OneRunning extends OneAgent {

        private final TaskHandle<Integer> task;
        private final Attempt<?, ?> attempt;

        OneRunning() {
            task = requireNonNull(submit());
            attempt = requireNonNull(super.mailbox.slots.pick());
        }

        void complete() {
            attempt.run();
        }

        void cancel() {
            task.cancel();
        }

        /** The status, the outcome and the counts say one and the same. */
        @Override
        int wrong() {
            var outcome = task.awaitOutcome(Duration.ZERO);
            boolean same = outcome.isPresent() && outcome.get().status().equals(task.status());
            return same ? super.wrong() : 1;
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0", expect = Expect.ACCEPTABLE)
    @Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "a task that was accepted and is left over")
    public static class SubmitAgainstDrain extends OneAgent {

        @Actor
        public void one() {
            submit();
        }

        @Actor
        public void two() {
            drain();
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = wrong();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "one found room")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a task that is left over, or more than there is room for")
    public static class SubmitAgainstSubmit extends OneAgent {

        private final AtomicInteger accepted = new AtomicInteger();

        @Actor
        public void one() {
            accepted.addAndGet(submit() == null ? 0 : 1);
        }

        @Actor
        public void two() {
            accepted.addAndGet(submit() == null ? 0 : 1);
        }

        @Arbiter
        public void after(II_Result r) {
            work();
            r.r1 = wrong();
            r.r2 = accepted.get();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0", expect = Expect.ACCEPTABLE)
    @Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "a task with two ends, or with none")
    public static class CompleteAgainstCancel extends OneRunning {

        @Actor
        public void one() {
            complete();
        }

        @Actor
        public void two() {
            cancel();
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = wrong();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0", expect = Expect.ACCEPTABLE)
    @Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "a task with two ends, or with none")
    public static class CompleteAgainstTimeout extends OneRunning {

        @Actor
        public void one() {
            complete();
        }

        @Actor
        public void two() {
            passDeadline();
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = wrong();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0", expect = Expect.ACCEPTABLE)
    @Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "a task that began although it had ended, or with two ends")
    public static class BeginAgainstCancel extends OneAgent {

        private final TaskHandle<Integer> task = requireNonNull(submit());

        @Actor
        public void one() {
            work();
        }

        @Actor
        public void two() {
            task.cancel();
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = wrong();
        }
    }

    /** Begins nothing: whoever has a thread does. */
    private static final class ByHand implements Dispatcher {

        @Override
        public void ready(Mailbox mailbox) {}

        @Override
        public boolean trySuspend() {
            return true;
        }

        @Override
        public void resume() {}

        @Override
        public void threadLost() {}

        @Override
        public void threadBack() {}

        @Override
        public Gate gate() {
            return new Gate() {
                @Override
                public void open() {}

                @Override
                public boolean await(BooleanSupplier until, boolean heedInterrupt) {
                    return until.getAsBoolean();
                }
            };
        }

        @Override
        public boolean await(CompletableFuture<?> done, long nanos) {
            return done.isDone();
        }
    }

    /** The tests above, as many as jcstress must find. */
    static List<Class<?>> all() {
        return List.of(
                SubmitAgainstDrain.class,
                SubmitAgainstSubmit.class,
                CompleteAgainstCancel.class,
                CompleteAgainstTimeout.class,
                BeginAgainstCancel.class);
    }
}
