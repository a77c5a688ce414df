package dev.mneme.memory.redis.stream;

import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.events.stream.DeadLetter;
import dev.mneme.events.stream.Subscription;
import dev.mneme.events.stream.spi.EventDispatch;
import dev.mneme.events.stream.spi.PriorityTurns;
import dev.mneme.memory.redis.stream.ConsumerCalls.Reclaimed;
import dev.mneme.memory.redis.stream.HeldEvents.Held;
import dev.mneme.memory.redis.stream.StreamCalls.Unanswered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription in Redis: one thread that talks to Redis, and up to {@code maxConcurrency} that run handlers.
 *
 * <p>The first takes events and acknowledges what was handled in one call, renews the hold on what is here, and reclaims
 * what others have let go. It takes as many events as handlers are free, and ahead of them twice as many as were handled
 * since it took the last ones: so a consumer whose handlers hang does not hoard.
 */
final class RedisConsumer implements Subscription {

    /** How a stream has its consumers work. */
    record Setup(Ticker ticker, boolean systemTicker, Duration reclaimAfter, int batch, int maxDead) {}

    private static final Logger LOG = LoggerFactory.getLogger(RedisEventStream.class);

    /** What a consumer holds at most; beyond it takes nothing until something is finished. */
    private static final int MAX_HELD = 1_000;

    private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int ALL_WEIGHTS = 15;

    private final RedisEventStream stream;
    private final ConsumerGroup settings;
    private final ConsumerCalls calls;
    private final Setup setup;
    private final GroupCounts counts;
    private final Executor handlers;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quieter = lock.newCondition();

    // guarded by the lock
    private final HeldEvents held;
    private List<Held> handled = new ArrayList<>();
    private final List<Held> dying = new ArrayList<>();
    private int active;
    private int finishedSinceTake;
    private boolean closed;

    /** Something was published, or somebody wants the thread to look. */
    private volatile boolean rung;
    /** Somebody has let go of events. */
    private volatile boolean released;

    private volatile boolean dirty;
    private volatile boolean stopped;
    private volatile boolean nextCallNow;

    // of the thread alone
    private boolean joined;
    private boolean uncertain;
    private boolean more = true;
    private int ahead;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long pausedUntilNanos;
    private long polledNanos;
    private long renewedNanos;
    private long reclaimedNanos;
    private boolean reclaiming = true;

    RedisConsumer(
            RedisEventStream stream, ConsumerGroup settings, ConsumerCalls calls, Setup setup, GroupCounts counts) {
        this.stream = stream;
        this.settings = settings;
        this.calls = calls;
        this.setup = setup;
        this.counts = counts;
        this.held = new HeldEvents(settings);
        this.handlers = HandlerThreads.create("mneme-events-" + settings.name() + "-");
        this.thread = new Thread(this::run, "mneme-events-" + settings.name() + "-consumer");
        thread.setDaemon(true);
    }

    /** Joins the group if Redis can be reached now, else as soon as it can. */
    void start() {
        long now = setup.ticker.nanos();
        renewedNanos = now;
        reclaimedNanos = now;
        try {
            calls.join(settings.startAt());
            joined = true;
        } catch (Unanswered e) {
            LOG.warn("group '{}' joins later, once Redis can be reached: {}", settings.name(), e.getMessage());
        }
        thread.start();
    }

    @Override
    public String group() {
        return settings.name();
    }

    ConsumerGroup settings() {
        return settings;
    }

    @Override
    public void close() {
        if (stopTaking()) {
            finish(System.nanoTime() + settings.drainFor().toNanos());
        }
    }

    /** Whether it was taking until now. */
    boolean stopTaking() {
        lock.lock();
        try {
            boolean first = !closed;
            closed = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what runs, gives the rest back and leaves the group. */
    void finish(long deadlineNanos) {
        awaitQuiet(deadlineNanos);
        List<Held> let = letGo();
        stopped = true;
        LockSupport.unpark(thread);
        awaitThread();
        // what came while the thread ended
        let.addAll(letGo());
        List<Held> acknowledged;
        lock.lock();
        try {
            acknowledged = handled;
            handled = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        try {
            acknowledge(acknowledged);
            calls.release(let, true);
        } catch (Unanswered e) {
            LOG.info(
                    "group '{}' gets back what a closed subscription held after {}, since Redis did not answer: {}",
                    settings.name(),
                    setup.reclaimAfter,
                    e.getMessage());
        }
        stream.left(this);
    }

    private List<Held> letGo() {
        lock.lock();
        try {
            List<Thread> interrupted = held.otherThreads();
            // first, so that it says nothing against an event that its handler was interrupted
            List<Held> let = new ArrayList<>(held.letGo());
            interrupted.forEach(Thread::interrupt);
            return let;
        } finally {
            lock.unlock();
        }
    }

    /** Something new may be there. Called on the client's threads too. */
    void ring() {
        rung = true;
        wake();
    }

    /** Somebody has let go of events. */
    void ringReleased() {
        released = true;
        ring();
    }

    /** Redis may answer again. */
    void ringReachable() {
        nextCallNow = true;
        ring();
    }

    void forget(Tenant tenant) {
        lock.lock();
        try {
            held.forget(tenant);
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        dirty = true;
        LockSupport.unpark(thread);
    }

    // ---- the thread that talks to Redis

    private void run() {
        while (!stopped) {
            dirty = false;
            long wait;
            try {
                wait = round();
            } catch (RuntimeException e) {
                LOG.warn(
                        "group '{}' had trouble: {}",
                        settings.name(),
                        e.getClass().getName());
                wait = LONGEST_PAUSE_NANOS;
            }
            // an interrupt is nobody's business here
            Thread.interrupted();
            if (!dirty && !stopped && wait > 0) {
                LockSupport.parkNanos(this, setup.systemTicker ? wait : Math.min(wait, LOOK_NANOS));
            }
        }
    }

    /** Does what is due, and answers for how long nothing will be. */
    private long round() {
        long now = setup.ticker.nanos();
        long due = startHandlers(now);
        if (nextCallNow) {
            nextCallNow = false;
            pausedUntilNanos = System.nanoTime();
        }
        long paused = pausedUntilNanos - System.nanoTime();
        if (paused > 0) {
            return Math.min(paused, due);
        }
        try {
            talk(now);
            pauseNanos = FIRST_PAUSE_NANOS;
        } catch (Unanswered e) {
            uncertain = true;
            LOG.debug("group '{}' got no answer: {}", settings.name(), e.getMessage());
            pausedUntilNanos = System.nanoTime()
                    + pauseNanos / 2
                    + ThreadLocalRandom.current().nextLong(pauseNanos / 2);
            pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
            return 0;
        }
        now = setup.ticker.nanos();
        due = startHandlers(now);
        long soon = Math.min(nextRenewal() - now, nextReclaim() - now);
        return Math.min(Math.min(due, soon), POLL_NANOS);
    }

    private void talk(long now) throws Unanswered {
        if (!joined) {
            calls.join(settings.startAt());
            joined = true;
        }
        if (uncertain) {
            recover();
            uncertain = false;
        }
        if (nextRenewal() - now <= 0) {
            renew();
            renewedNanos = now;
        }
        if (released || nextReclaim() - now <= 0) {
            released = false;
            reclaiming = true;
        }
        if (reclaiming) {
            reclaim(now);
        }
        bury();
        take();
    }

    private long nextRenewal() {
        return renewedNanos + setup.reclaimAfter.toNanos() / 3;
    }

    private long nextReclaim() {
        return reclaimedNanos + setup.reclaimAfter.toNanos() / 3;
    }

    private void recover() throws Unanswered {
        List<StreamEntry> own = calls.own(this::isHeld);
        lock.lock();
        try {
            if (!closed) {
                own.forEach(held::add);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isHeld(EntryId id) {
        lock.lock();
        try {
            return held.holds(id);
        } finally {
            lock.unlock();
        }
    }

    private void renew() throws Unanswered {
        List<Held> unfinished;
        lock.lock();
        try {
            unfinished = held.unfinished();
        } finally {
            lock.unlock();
        }
        if (!unfinished.isEmpty()) {
            forget(calls.hold(unfinished));
        }
    }

    private void forget(List<Held> lost) {
        lock.lock();
        try {
            lost.forEach(held::forget);
        } finally {
            lock.unlock();
        }
    }

    private void reclaim(long now) throws Unanswered {
        int room;
        lock.lock();
        try {
            room = closed ? 0 : Math.min(setup.batch, (MAX_HELD - held.size()) / Ranks.ALL.size());
        } finally {
            lock.unlock();
        }
        if (room <= 0) {
            // looked for again when there is room
            reclaimedNanos = now;
            return;
        }
        ConsumerCalls.Reclaim reclaim = calls.reclaim(setup.reclaimAfter.toMillis(), room);
        reclaimedNanos = now;
        reclaiming = reclaim.isMore();
        counts.lost.add(reclaim.lost());
        if (reclaim.lost() > 0) {
            LOG.warn("{} events that group '{}' had not finished are gone from the stream", reclaim.lost(), group());
        }
        lock.lock();
        try {
            for (Reclaimed reclaimed : reclaim.events()) {
                if (!held.holds(reclaimed.entry().id())) {
                    counts.reclaimed.increment();
                    Held spent = held.addReclaimed(reclaimed.entry(), reclaimed.deliveries());
                    if (spent != null) {
                        dying.add(spent);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
        if (reclaiming) {
            dirty = true;
        }
    }

    private void bury() throws Unanswered {
        List<Held> burying;
        lock.lock();
        try {
            burying = List.copyOf(dying);
        } finally {
            lock.unlock();
        }
        for (Held dead : burying) {
            boolean buried = calls.bury(dead, setup.maxDead);
            lock.lock();
            try {
                dying.remove(dead);
                if (buried) {
                    held.forget(dead);
                } else {
                    held.buryLater(dead, setup.ticker.nanos());
                }
            } finally {
                lock.unlock();
            }
            tellBuried(dead, buried);
        }
    }

    private void tellBuried(Held dead, boolean buried) {
        if (buried) {
            counts.dead.increment();
            LOG.warn(
                    "{} is a dead letter of group '{}' after {} deliveries: {}",
                    dead.event(),
                    group(),
                    dead.deliveries(),
                    dead.reason());
        } else {
            LOG.warn("{} stays pending in group '{}', which has as many dead letters as it may", dead.event(), group());
        }
    }

    private void take() throws Unanswered {
        List<Held> acknowledging;
        Map<Priority, Integer> wanted;
        int budget;
        boolean look = rung || more || System.nanoTime() - polledNanos >= POLL_NANOS;
        rung = false;
        lock.lock();
        try {
            int aheadNow = Math.min(setup.batch, Math.max(ahead / 2, 2 * finishedSinceTake));
            int target = closed ? 0 : target(aheadNow);
            wanted = wanted(target);
            if (handled.isEmpty() && (wanted.isEmpty() || !look)) {
                more = look;
                return;
            }
            acknowledging = handled;
            handled = new ArrayList<>();
            budget = Math.max(0, target - held.readyAlways());
            ahead = aheadNow;
            finishedSinceTake = 0;
        } finally {
            lock.unlock();
        }
        List<StreamEntry> taken;
        try {
            taken = calls.take(acknowledging, budget, wanted);
        } catch (Unanswered e) {
            lock.lock();
            try {
                handled.addAll(0, acknowledging);
            } finally {
                lock.unlock();
            }
            more = true;
            throw e;
        }
        polledNanos = System.nanoTime();
        if (!wanted.isEmpty()) {
            more = !taken.isEmpty();
        }
        settle(acknowledging, taken);
        if (more) {
            dirty = true;
        }
    }

    private void settle(List<Held> acknowledged, List<StreamEntry> taken) {
        lock.lock();
        try {
            acknowledged.forEach(held::forget);
            taken.forEach(held::add);
            quieter.signalAll();
        } finally {
            lock.unlock();
        }
        for (Held done : acknowledged) {
            (done.wasByHandler() ? counts.handled : counts.skipped).increment();
        }
    }

    /** How many events there should be ready; the lock is held. */
    private int target(int aheadNow) {
        int free = settings.maxConcurrency() - held.running();
        return Math.max(0, Math.min(free + aheadNow, MAX_HELD - held.size() + held.readyAlways()));
    }

    /** Of each priority its share, so that they run out together; the lock is held. */
    private Map<Priority, Integer> wanted(int target) {
        Map<Priority, Integer> wanted = new EnumMap<>(Priority.class);
        for (Priority priority : Ranks.ALL) {
            int share = (target * PriorityTurns.weight(priority) + ALL_WEIGHTS - 1) / ALL_WEIGHTS;
            if (share > held.ready(priority)) {
                wanted.put(priority, share - held.ready(priority));
            }
        }
        return wanted;
    }

    private void acknowledge(List<Held> done) throws Unanswered {
        if (!done.isEmpty()) {
            calls.take(done, 0, Map.of());
            settle(done, List.of());
        }
    }

    // ---- handlers

    /** Has as many threads at work as there are events for; answers when there may be more. */
    private long startHandlers(long now) {
        int starting = 0;
        long due;
        lock.lock();
        try {
            due = held.roundAt(now);
            if (!closed) {
                starting = Math.min(held.readyCount(now), settings.maxConcurrency() - active);
                starting = Math.max(0, starting);
                active += starting;
            }
        } finally {
            lock.unlock();
        }
        for (int i = 0; i < starting; i++) {
            startHandler();
        }
        return due;
    }

    private void startHandler() {
        boolean started = false;
        try {
            handlers.execute(this::work);
            started = true;
        } finally {
            if (!started) {
                ended();
            }
        }
    }

    private void ended() {
        lock.lock();
        try {
            active--;
            quieter.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (Held next = next(); next != null; next = next()) {
            handle(next);
            // what a handler left behind must not reach the next one
            Thread.interrupted();
            wake();
        }
    }

    /** The next event for this thread; null if it is to end. */
    private @Nullable Held next() {
        lock.lock();
        try {
            Held next = closed ? null : held.begin(setup.ticker.nanos());
            if (next == null) {
                active--;
                quieter.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void handle(Held event) {
        if (event.isToBeCounted() && !count(event)) {
            return;
        }
        EventDispatch.Result result;
        try {
            result = settings.dispatch()
                    .dispatch(event.event().type(), event.event().bytes());
        } catch (Throwable t) {
            // the message may hold user data
            LOG.debug(
                    "delivery {} of {} to group '{}' failed: {}",
                    event.deliveries(),
                    event.event(),
                    group(),
                    t.getClass().getName());
            failed(event);
            return;
        }
        settle(event, result);
    }

    /** Whether the delivery may begin: Redis knows of it, and the event is this consumer's still. */
    private boolean count(Held event) {
        try {
            List<Held> lost = calls.hold(List.of(event));
            forget(lost);
            return lost.isEmpty();
        } catch (Unanswered e) {
            lock.lock();
            try {
                held.giveBackUntil(event, setup.ticker.nanos() + LONGEST_PAUSE_NANOS);
            } finally {
                lock.unlock();
            }
            return false;
        }
    }

    private void failed(Held event) {
        lock.lock();
        try {
            finishedSinceTake++;
            if (held.failed(event, setup.ticker.nanos())) {
                dying.add(event);
            }
        } finally {
            lock.unlock();
        }
        counts.failures.increment();
    }

    private void settle(Held event, EventDispatch.Result result) {
        boolean late;
        lock.lock();
        try {
            finishedSinceTake++;
            late = stopped;
            switch (result) {
                case HANDLED -> done(event, true);
                case SKIPPED -> done(event, false);
                case PARKED -> dies(event, DeadLetter.Reason.UNKNOWN);
                case MALFORMED -> dies(event, DeadLetter.Reason.MALFORMED);
                case STOPPED -> held.stop(event, setup.ticker.nanos());
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            settleLate();
        }
    }

    /** Acknowledged even if another holds it by now: it need not run once more. */
    private void done(Held event, boolean byHandler) {
        held.handled(event, byHandler);
        handled.add(event);
    }

    private void dies(Held event, DeadLetter.Reason reason) {
        if (held.dying(event, reason)) {
            dying.add(event);
        }
    }

    /** For a handler that closed its own subscription, or returned after it was closed: the thread is gone. */
    private void settleLate() {
        List<Held> late;
        lock.lock();
        try {
            late = handled;
            handled = new ArrayList<>();
        } finally {
            lock.unlock();
        }
        try {
            acknowledge(late);
        } catch (Unanswered e) {
            LOG.debug("group '{}' could not acknowledge: {}", group(), e.getMessage());
        }
    }

    // ---- closing

    private void awaitQuiet(long deadlineNanos) {
        lock.lock();
        try {
            long left = deadlineNanos - System.nanoTime();
            while (left > 0 && !held.otherThreads().isEmpty()) {
                left = quieter.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void awaitThread() {
        try {
            thread.join(2 * stream.timeout().toMillis() + 2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
