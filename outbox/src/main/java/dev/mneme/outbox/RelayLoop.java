package dev.mneme.outbox;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.mneme.Ticker;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.outbox.OutboxRelay.Pace;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that keeps a relay's lanes, looks for events in those with nothing under way, and hands each lane's batch to
 * a worker.
 */
final class RelayLoop {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int[] WEIGHTS = {8, 4, 2, 1};
    private static final Duration LONGEST_DATABASE_PAUSE = Duration.ofSeconds(5);

    private final Outbox outbox;
    private final EventSink sink;
    private final Pace pace;
    private final Ticker ticker;
    private final Random random;
    private final LaneTable table;
    private final Lanes lanes;
    private final LaneWork work;
    private final SinkContact contact;
    private final Floors floors;
    private final ExecutorService workers;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by the lock
    private final ArrayDeque<OwnedLane> finished = new ArrayDeque<>();
    private final BitSet woken = new BitSet();
    private boolean stopping;
    private boolean probed;

    // for the loop's own thread
    private long nextTendNanos;
    private long nextPollNanos;
    private long pollNanos;
    private boolean probing;

    private volatile int owned;

    private RelayLoop(Outbox outbox, EventSink sink, String owner, Pace pace, Ticker ticker, Random random) {
        this.outbox = outbox;
        this.sink = sink;
        this.pace = pace;
        this.ticker = ticker;
        this.random = random;
        var settings = outbox.settings();
        this.table = new LaneTable(outbox.dataSource(), outbox.dialect(), owner, pace.lease());
        this.lanes = new Lanes(table, owner, random);
        this.contact = new SinkContact(ticker, pace.lease());
        this.work = new LaneWork(
                sink,
                table,
                new Settlement(outbox.dataSource(), outbox.dialect(), owner, settings.keepDoneFor() != null),
                contact,
                settings,
                ticker,
                new Random(random.nextLong()));
        this.floors = new Floors(outbox.dialect(), ticker);
        String name = "mneme-outbox-" + settings.name();
        this.workers = Executors.newFixedThreadPool(pace.threads(), task -> daemon(task, name + "-batch"));
        this.thread = daemon(this::run, name);
    }

    static RelayLoop create(Outbox outbox, EventSink sink, String owner, Pace pace, Ticker ticker) {
        return new RelayLoop(outbox, sink, owner, pace, ticker, new Random());
    }

    void start() {
        thread.start();
    }

    void wake(BitSet numbers) {
        lock.lock();
        try {
            woken.or(numbers);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    RelayNumbers numbers() {
        return new RelayNumbers(
                work.published.sum(),
                work.duplicates.sum(),
                work.rejected.sum(),
                work.dead.sum(),
                work.unreachable.sum(),
                work.stale.sum(),
                work.lost.sum(),
                owned);
    }

    void close(Duration drainFor) {
        lock.lock();
        try {
            stopping = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(Math.max(1, drainFor.toMillis()));
            // what still waits for the sink is waited for no longer: the next owner of the lane asks
            thread.interrupt();
            thread.join(LONGEST_DATABASE_PAUSE.toMillis());
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
    }

    private void run() {
        nextTendNanos = ticker.nanos();
        nextPollNanos = nextTendNanos;
        pollNanos = pace.shortestPoll().toNanos();
        long pauseMillis = 0;
        boolean running = true;
        while (running) {
            try {
                running = awaitWork(MILLISECONDS.toNanos(pauseMillis));
                turn(running);
                pauseMillis = 0;
            } catch (SQLException | RuntimeException e) {
                pauseMillis = Math.min(LONGEST_DATABASE_PAUSE.toMillis(), Math.max(50, 2 * pauseMillis));
                LOG.warn(
                        "outbox {}: the database did not answer, next try in {} ms ({})",
                        outbox.settings().name(),
                        pauseMillis,
                        e instanceof SQLException sql
                                ? "SQL state " + sql.getSQLState()
                                : e.getClass().getName());
            } catch (InterruptedException e) {
                running = false;
            }
        }
        drain();
    }

    /** One turn: settle who owns what, then fetch for the lanes that are due. */
    private void turn(boolean mayBegin) throws SQLException {
        BitSet due = takeFinished();
        long now = ticker.nanos();
        if (now - nextTendNanos >= 0) {
            nextTendNanos = now + jittered(pace.lease().toNanos() / 4);
            boolean cut = contact.isCut();
            lanes.tend(!cut);
            probeIf(cut);
        }
        owned = lanes.count();
        if (!mayBegin) {
            return;
        }
        boolean poll = now - nextPollNanos >= 0;
        List<OwnedLane> ready = lanes.idle().stream()
                .filter(lane -> lane.pausedFor(now) == 0)
                .filter(lane -> poll || lane.hasMore || lane.mustAsk || due.get(lane.number))
                .toList();
        if (!ready.isEmpty()) {
            serve(ready);
        }
        if (poll) {
            nextPollNanos = ticker.nanos() + jittered(pollNanos);
            pollNanos = Math.min(2 * pollNanos, pace.longestPoll().toNanos());
        }
    }

    private void serve(List<OwnedLane> ready) throws SQLException {
        // both before anything begins: then a lane is another thread's, and may have asked already
        var asking = ready.stream().filter(lane -> lane.mustAsk).toList();
        var fetching = ready.stream().filter(lane -> !lane.mustAsk).toList();
        asking.forEach(lane -> begin(lane, () -> work.ask(lane)));
        if (fetching.isEmpty()) {
            return;
        }
        Map<Integer, List<StoredEvent>> found = Jdbc.each(outbox.dataSource(), connection -> {
            if (floors.isDue(fetching)) {
                floors.tend(connection, fetching);
            }
            return outbox.dialect().fetch(connection, asks(fetching)).stream()
                    .collect(Collectors.groupingBy(StoredEvent::lane));
        });
        for (OwnedLane lane : fetching) {
            List<StoredEvent> rows = found.getOrDefault(lane.number, List.of());
            note(lane, rows);
            if (!rows.isEmpty()) {
                begin(lane, () -> work.deliver(lane, rows));
            }
        }
        if (!found.isEmpty()) {
            // where there was something there is soon more
            pollNanos = pace.shortestPoll().toNanos();
            nextPollNanos = ticker.nanos() + jittered(pollNanos);
        }
    }

    /** A priority that left rows behind shares the batch with the others that did, by weight. */
    private List<LaneAsk> asks(List<OwnedLane> fetching) {
        var asks = new ArrayList<LaneAsk>();
        for (OwnedLane lane : fetching) {
            for (int priority = 0; priority < WEIGHTS.length; priority++) {
                asks.add(new LaneAsk(lane.number, priority, lane.floor, quota(lane, priority)));
            }
        }
        return asks;
    }

    private int quota(OwnedLane lane, int priority) {
        int weights = WEIGHTS[priority];
        for (int other = 0; other < WEIGHTS.length; other++) {
            if (other != priority && (lane.full & 1 << other) != 0) {
                weights += WEIGHTS[other];
            }
        }
        return Math.max(1, pace.batch() * WEIGHTS[priority] / weights);
    }

    private void note(OwnedLane lane, List<StoredEvent> rows) {
        int[] counts = new int[WEIGHTS.length];
        rows.forEach(row -> counts[OutboxRow.PRIORITIES.indexOf(row.event().priority())]++);
        int full = 0;
        for (int priority = 0; priority < counts.length; priority++) {
            if (counts[priority] >= quota(lane, priority)) {
                full |= 1 << priority;
            }
        }
        lane.full = full;
        lane.hasMore = full != 0;
    }

    private void begin(OwnedLane lane, Runnable task) {
        lanes.begin(lane);
        workers.execute(() -> {
            boolean ended = false;
            try {
                task.run();
                ended = true;
            } finally {
                lane.lost |= !ended;
                finish(lane);
            }
        });
    }

    private void finish(OwnedLane lane) {
        lock.lock();
        try {
            finished.add(lane);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** A relay without lanes asks under the lowest fence there is, which changes nothing and is answered all the same. */
    private void probeIf(boolean cut) {
        if (!cut || probing || lanes.count() > 0) {
            return;
        }
        probing = true;
        workers.execute(() -> {
            try {
                sink.resume(outbox.settings().name(), 0, new Fence(0, 0));
                contact.answered();
            } catch (RuntimeException away) {
                LOG.debug(
                        "outbox {}: no answer from the sink", outbox.settings().name());
            } finally {
                lock.lock();
                try {
                    probed = true;
                } finally {
                    lock.unlock();
                }
            }
        });
    }

    private BitSet takeFinished() throws SQLException {
        List<OwnedLane> ended;
        BitSet due;
        lock.lock();
        try {
            ended = List.copyOf(finished);
            finished.clear();
            due = (BitSet) woken.clone();
            woken.clear();
            if (probed) {
                probed = false;
                probing = false;
            }
        } finally {
            lock.unlock();
        }
        @Nullable SQLException failed = null;
        for (OwnedLane lane : ended) {
            try {
                if (lanes.end(lane)) {
                    nextTendNanos = ticker.nanos();
                }
            } catch (SQLException e) {
                failed = e;
            }
        }
        // what a commit announced while its lane was busy is looked for when that has ended
        BitSet later = new BitSet();
        due.stream().filter(lanes::isBusy).forEach(later::set);
        if (!later.isEmpty()) {
            lock.lock();
            try {
                woken.or(later);
            } finally {
                lock.unlock();
            }
        }
        if (failed != null) {
            throw failed;
        }
        return due;
    }

    /** Waits until there is something to do; answers whether the relay still runs. */
    private boolean awaitWork(long pauseNanos) throws InterruptedException {
        boolean pausing = pauseNanos > 0;
        long left = pausing ? pauseNanos : untilDue(ticker.nanos());
        lock.lockInterruptibly();
        try {
            while (left > 0 && !stopping && (pausing || (finished.isEmpty() && !hasWokenIdle()))) {
                left = changed.awaitNanos(left);
            }
            return !stopping;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasWokenIdle() {
        return woken.stream().anyMatch(number -> !lanes.isBusy(number));
    }

    private long untilDue(long now) {
        long due = Math.min(nextTendNanos - now, nextPollNanos - now);
        for (OwnedLane lane : lanes.idle()) {
            if (lane.hasMore || lane.mustAsk) {
                due = Math.min(due, lane.pausedFor(now));
            }
        }
        return Math.max(0, due);
    }

    private long jittered(long nanos) {
        return nanos * 3 / 4 + random.nextLong(Math.max(1, nanos / 2));
    }

    private void drain() {
        awaitBatches();
        try {
            takeFinished();
            lanes.releaseAll();
            table.leave();
        } catch (SQLException | RuntimeException e) {
            LOG.info(
                    "outbox {}: closed without giving all lanes away; they are free when the lease is over",
                    outbox.settings().name());
        }
        owned = 0;
    }

    private void awaitBatches() {
        lock.lock();
        try {
            while (finished.size() < lanes.busyCount()) {
                changed.await();
            }
        } catch (InterruptedException e) {
            LOG.info(
                    "outbox {}: closed while batches were under way; the next owners of their lanes ask for them",
                    outbox.settings().name());
        } finally {
            lock.unlock();
        }
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
