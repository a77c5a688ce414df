package dev.mneme.memory.redis.stream;

import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.memory.redis.stream.StreamCalls.Unanswered;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a consumer that talks to Redis: joins the group, takes events and acknowledges what was handled in one
 * call, renews the hold on what is here, reclaims what others have let go, makes dead letters. While Redis does not
 * answer it tries again, after growing pauses.
 */
final class ConsumerThread {

    private static final Logger LOG = LoggerFactory.getLogger(RedisEventStream.class);

    private static final long POLL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ConsumerGroup settings;
    private final ConsumerCalls calls;
    private final RedisConsumer.Setup setup;
    private final GroupCounts counts;
    private final Workload workload;
    private final Handlers handlers;
    private final Thread thread;

    /** Something was published, or somebody wants the thread to look. */
    private volatile boolean rung;
    /** Somebody has let go of events. */
    private volatile boolean released;

    private volatile boolean dirty;
    private volatile boolean stopped;
    private volatile boolean nextCallNow;

    // of the thread alone, once it is started
    private boolean joined;
    private boolean uncertain;
    private boolean reclaiming = true;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long pausedUntilNanos;
    private long polledNanos;
    private long renewedNanos;
    private long reclaimedNanos;

    ConsumerThread(
            ConsumerGroup settings,
            ConsumerCalls calls,
            RedisConsumer.Setup setup,
            GroupCounts counts,
            Workload workload,
            Handlers handlers) {
        this.settings = settings;
        this.calls = calls;
        this.setup = setup;
        this.counts = counts;
        this.workload = workload;
        this.handlers = handlers;
        this.thread = new Thread(this::run, "mneme-events-" + settings.name() + "-consumer");
        thread.setDaemon(true);
    }

    /** Joins the group if Redis can be reached now, else as soon as it can. */
    void start() {
        long now = setup.ticker().nanos();
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

    /** Something new may be there. Called on the client's threads too. */
    void ring() {
        rung = true;
        wake();
    }

    void ringReleased() {
        released = true;
        ring();
    }

    void ringReachable() {
        nextCallNow = true;
        ring();
    }

    /** Has the thread see what is to be done. */
    void wake() {
        dirty = true;
        LockSupport.unpark(thread);
    }

    /** Ends the thread, after the call that is under way. */
    void stop(long atMostMillis) {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join(atMostMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isStopped() {
        return stopped;
    }

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
                LockSupport.parkNanos(this, setup.systemTicker() ? wait : Math.min(wait, LOOK_NANOS));
            }
        }
    }

    /** Does what is due, and answers for how long nothing will be. */
    private long round() {
        long now = setup.ticker().nanos();
        long due = handlers.begin(now);
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
        now = setup.ticker().nanos();
        due = handlers.begin(now);
        long soon = Math.min(nextRenewal() - now, nextReclaim() - now);
        long idle = workload.isEmpty() ? POLL_NANOS : Workload.LINGER_NANOS;
        return Math.min(Math.min(due, soon), idle);
    }

    private void talk(long now) throws Unanswered {
        if (!joined) {
            calls.join(settings.startAt());
            joined = true;
        }
        if (uncertain) {
            workload.add(calls.own(workload::holds));
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
        return renewedNanos + setup.reclaimAfter().toNanos() / 3;
    }

    private long nextReclaim() {
        return reclaimedNanos + setup.reclaimAfter().toNanos() / 3;
    }

    private void renew() throws Unanswered {
        List<Held> unfinished = workload.unfinished();
        if (!unfinished.isEmpty()) {
            workload.forget(calls.hold(unfinished));
        }
    }

    private void reclaim(long now) throws Unanswered {
        int room = workload.roomToReclaim();
        if (room <= 0) {
            // looked for again when there is room
            reclaimedNanos = now;
            return;
        }
        ConsumerCalls.Reclaim reclaim = calls.reclaim(setup.reclaimAfter().toMillis(), room);
        reclaimedNanos = now;
        reclaiming = reclaim.isMore();
        counts.lost.add(reclaim.lost());
        if (reclaim.lost() > 0) {
            LOG.warn(
                    "{} events that group '{}' had not finished are gone from the stream",
                    reclaim.lost(),
                    settings.name());
        }
        counts.reclaimed.add(workload.addReclaimed(reclaim.events()));
        if (reclaiming) {
            dirty = true;
        }
    }

    private void bury() throws Unanswered {
        for (Held dead : workload.dying()) {
            boolean buried = calls.bury(dead, setup.maxDead());
            workload.buried(dead, buried, setup.ticker().nanos());
            if (buried) {
                counts.dead.increment();
                LOG.warn(
                        "{} is a dead letter of group '{}' after {} deliveries: {}",
                        dead.event(),
                        settings.name(),
                        dead.deliveries(),
                        dead.reason());
            } else {
                LOG.warn(
                        "{} stays pending in group '{}', which has as many dead letters as it may",
                        dead.event(),
                        settings.name());
            }
        }
    }

    private void take() throws Unanswered {
        boolean look = rung || System.nanoTime() - polledNanos >= POLL_NANOS;
        rung = false;
        Workload.Order order = workload.order(look);
        if (order == null) {
            return;
        }
        List<StreamEntry> entries;
        try {
            entries = calls.take(order.acknowledging(), order.budget(), order.wanted());
        } catch (Unanswered e) {
            workload.unanswered(order);
            throw e;
        }
        polledNanos = System.nanoTime();
        if (workload.taken(order, entries)) {
            dirty = true;
        }
        counts.finished(order.acknowledging());
    }
}
