package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listeners that lose their connection at random moments while events are published, and what each of them can see of
 * loss, duplicates and reordering.
 *
 * <p>A listener knows the id of the last event it got. When it comes back, the next event must have the next number,
 * unless it is told of a gap; and it must be told of one if more than a window of events were appended since, and must not be if
 * fewer were. Every event it gets must be the one that was appended under that number.
 */
final class ReplayReconnects {

    private static final int WINDOW = 100;
    private static final int LISTENERS = 8;
    private static final int PUBLISHERS = 2;

    private final ReplayBuffer buffer;
    private final SessionKey session;
    private final int reconnects;
    private final long seed;

    private final Map<Long, UUID> appended = new ConcurrentHashMap<>();
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger continued = new AtomicInteger();
    private final AtomicInteger gaps = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
    private final Map<Long, UUID> received = new ConcurrentHashMap<>();

    ReplayReconnects(ReplayBuffer buffer, SessionKey session, int reconnects, long seed) {
        this.buffer = buffer;
        this.session = session;
        this.reconnects = reconnects;
        this.seed = seed;
    }

    void run() throws InterruptedException {
        List<Thread> listeners = new ArrayList<>();
        List<Thread> publishers = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            publishers.add(start(this::publish, new Random(seed + i)));
        }
        for (int i = 0; i < LISTENERS; i++) {
            listeners.add(start(this::listen, new Random(seed - 1 - i)));
        }
        for (Thread thread : listeners) {
            thread.join();
        }
        for (Thread thread : publishers) {
            thread.join();
        }
        assertThat(faults).as("seed " + seed).isEmpty();
        assertThat(received)
                .as("seed " + seed)
                .allSatisfy((number, id) -> assertThat(appended).containsEntry(number, id));
        assertThat(appended).hasSize((int) done.get());
        // it was about something
        assertThat(connections.get()).isGreaterThanOrEqualTo(reconnects);
        assertThat(gaps.get()).as("gaps, seed " + seed).isGreaterThan(reconnects / 50);
        assertThat(continued.get()).as("continuations, seed " + seed).isGreaterThan(reconnects / 4);
    }

    private void publish(Random random) {
        while (connections.get() < reconnects && faults.isEmpty()) {
            for (int i = random.nextInt(20); i >= 0; i--) {
                begun.incrementAndGet();
                var event = counted(i, session);
                ReplayId id = buffer.append(event);
                appended.put(id.number(), event.id());
                done.incrementAndGet();
            }
            LockSupport.parkNanos(random.nextInt(300_000));
        }
    }

    private void listen(Random random) {
        ReplayId last = null;
        while (connections.get() < reconnects && faults.isEmpty()) {
            last = connect(last, 1 + random.nextInt(30), random.nextBoolean());
            connections.incrementAndGet();
            // mostly a moment, at times about as long as the window reaches, or longer
            int away = List.of(0, 0, 1, 5, 40, 90, 99, 100, 101, 110, 150, 250).get(random.nextInt(12));
            long until = done.get() + away;
            while (done.get() < until && connections.get() < reconnects && faults.isEmpty()) {
                LockSupport.parkNanos(20_000);
            }
        }
    }

    /** One connection: it ends after some events, by itself or from outside; answers the last id that was got. */
    private @Nullable ReplayId connect(@Nullable ReplayId last, int items, boolean fromOutside) {
        var connection = new Connection(last, items);
        long before = done.get();
        ReplayStart start = ReplayStart.afterOrOldest(last == null ? null : last.toString());
        var attached = (Attachment.Attached) buffer.attach(session, start, connection);
        long after = begun.get();
        if (last != null) {
            checkGap(last.number(), before, after, attached.gap().isPresent());
        }
        if (fromOutside) {
            LockSupport.parkNanos(50_000);
        } else {
            Await.until(
                    "some events, seed " + seed,
                    () -> connection.full.getCount() == 0 || !faults.isEmpty() || connections.get() >= reconnects);
        }
        attached.subscription().close();
        return connection.finish();
    }

    private void checkGap(long last, long before, long after, boolean gap) {
        (gap ? gaps : continued).incrementAndGet();
        if (gap && after - last <= WINDOW) {
            faults.add("a gap was told though at most " + (after - last) + " events were missed");
        }
        if (!gap && before - last > WINDOW) {
            faults.add("no gap was told though " + (before - last) + " events were missed");
        }
    }

    private Thread start(Consumer<Random> work, Random random) {
        var thread = new Thread(() -> {
            try {
                work.accept(random);
            } catch (Throwable t) {
                faults.add(t.toString());
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private final class Connection implements ReplaySubscriber {

        private final int items;
        private final CountDownLatch full = new CountDownLatch(1);
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable ReplayId last;
        private boolean anyNumber;
        private boolean finished;
        private int count;

        private Connection(@Nullable ReplayId last, int items) {
            this.last = last;
            this.items = items;
            this.anyNumber = last == null;
        }

        @Override
        public void receive(ReplaySignal signal) {
            lock.lock();
            try {
                if (finished) {
                    // what was under way when the connection was lost never arrived
                    return;
                }
                if (signal instanceof Gap) {
                    anyNumber = true;
                }
                if (signal instanceof Item item) {
                    check(item);
                }
                if (signal instanceof End) {
                    // too slow on this machine at this moment: a reason to reconnect like any other
                    full.countDown();
                }
            } finally {
                lock.unlock();
            }
        }

        private void check(Item item) {
            long number = item.id().number();
            if (last != null && number <= last.number()) {
                faults.add("event " + number + " after event " + last.number());
            }
            if (last != null && !anyNumber && number != last.number() + 1) {
                faults.add("event " + number + " after event " + last.number() + " without a gap being told");
            }
            anyNumber = false;
            last = item.id();
            UUID other = received.putIfAbsent(number, item.event().id());
            if (other != null && !other.equals(item.event().id())) {
                faults.add("two events under number " + number);
            }
            if (++count >= items) {
                full.countDown();
            }
        }

        private @Nullable ReplayId finish() {
            lock.lock();
            try {
                finished = true;
                return last;
            } finally {
                lock.unlock();
            }
        }
    }
}
