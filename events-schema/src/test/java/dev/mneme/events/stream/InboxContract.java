package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.Envelope;
import dev.mneme.events.stream.KitEvents.Counted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Inbox} must do.
 *
 * @param <C> the inbox's transaction
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class InboxContract<C> {

    /** The inbox of a consumer; asked twice for one consumer it remembers the same. */
    protected abstract Inbox<C> inbox(String consumer);

    /** Writes a text in the transaction. */
    protected abstract void write(C transaction, String text) throws Exception;

    /** All texts whose transaction lasted, in any order. */
    protected abstract List<String> committed() throws Exception;

    @Test
    void aRepeatedDeliveryDoesNothing() throws Exception {
        EventHandler<Counted> handler =
                inbox("a").once((c, event) -> write(c, "" + event.data().number()));
        Envelope<Counted> event = counted(1);
        handler.handle(event);
        handler.handle(event);
        handler.handle(counted(2));
        assertThat(committed()).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void whatFailedIsRolledBackAndDoneByTheNextDelivery() throws Exception {
        var attempts = new AtomicInteger();
        EventHandler<Counted> handler = inbox("a").once((c, event) -> {
            write(c, "attempt " + attempts.incrementAndGet());
            if (attempts.get() == 1) {
                throw new IOException("no");
            }
        });
        Envelope<Counted> event = counted(1);
        assertThatThrownBy(() -> handler.handle(event))
                .isInstanceOf(IOException.class)
                .hasMessage("no");
        assertThat(committed()).isEmpty();
        handler.handle(event);
        handler.handle(event);
        assertThat(committed()).containsExactly("attempt 2");
    }

    @Test
    void anErrorRollsBackToo() throws Exception {
        var failing = new AtomicBoolean(true);
        EventHandler<Counted> handler = inbox("a").once((c, event) -> {
            write(c, "done");
            if (failing.getAndSet(false)) {
                throw new StackOverflowError();
            }
        });
        Envelope<Counted> event = counted(1);
        assertThatThrownBy(() -> handler.handle(event)).isInstanceOf(StackOverflowError.class);
        handler.handle(event);
        assertThat(committed()).containsExactly("done");
    }

    @Test
    void consumersAreApart() throws Exception {
        Envelope<Counted> event = counted(1);
        for (String consumer : List.of("a", "b", "a", "b")) {
            inbox(consumer).<Counted>once((c, e) -> write(c, consumer)).handle(event);
        }
        assertThat(committed()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void ofTwoDeliveriesAtOnceOneDoesTheWork() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var runs = new AtomicInteger();
        EventHandler<Counted> handler = inbox("a").once((c, event) -> {
            runs.incrementAndGet();
            inside.countDown();
            release.await();
            write(c, "done");
        });
        Envelope<Counted> event = counted(1);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Thread first = start(() -> handler.handle(event), failures);
        inside.await();
        Thread second = start(() -> handler.handle(event), failures);
        release.countDown();
        first.join();
        second.join();
        assertThat(failures).isEmpty();
        assertThat(runs).hasValue(1);
        assertThat(committed()).containsExactly("done");
    }

    @Test
    void ifTheFirstOfTwoAtOnceFailsTheOtherDoesTheWork() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var runs = new AtomicInteger();
        EventHandler<Counted> handler = inbox("a").once((c, event) -> {
            int run = runs.incrementAndGet();
            write(c, "run " + run);
            if (run == 1) {
                inside.countDown();
                release.await();
                throw new IOException("no");
            }
        });
        Envelope<Counted> event = counted(1);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Thread first = start(() -> handler.handle(event), failures);
        inside.await();
        Thread second = start(() -> handler.handle(event), failures);
        release.countDown();
        first.join();
        second.join();
        assertThat(failures).hasSize(1).allMatch(IOException.class::isInstance);
        assertThat(committed()).containsExactly("run 2");
    }

    @Test
    void manyDeliveriesOfManyEventsAtOnceDoEachWorkOnce() throws Exception {
        List<Envelope<Counted>> events = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            events.add(counted(i));
        }
        EventHandler<Counted> handler =
                inbox("a").once((c, event) -> write(c, "" + event.data().number()));
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(start(
                    () -> {
                        for (Envelope<Counted> event : events) {
                            handler.handle(event);
                        }
                    },
                    failures));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(committed()).hasSize(50).doesNotHaveDuplicates();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Thread start(Work work, List<Throwable> failures) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                failures.add(t);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
