package dev.mneme.outbox;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.mneme.Ticker;
import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.Resumption;
import dev.mneme.events.stream.StreamUnreachableException;
import dev.mneme.outbox.Settlement.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of the sink for a lane, and the settling of its answer. No connection is held during the call. What is not
 * known afterwards is asked before anything else: in the sink by the next question, in the database by claiming the lane
 * anew.
 */
final class LaneWork {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int MAX_REASON = 1000;
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    final LongAdder published = new LongAdder();
    final LongAdder duplicates = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder dead = new LongAdder();
    final LongAdder unreachable = new LongAdder();
    final LongAdder stale = new LongAdder();
    final LongAdder lost = new LongAdder();

    private final EventSink sink;
    private final LaneTable table;
    private final Settlement settlement;
    private final SinkContact contact;
    private final Outbox.Settings settings;
    private final Ticker ticker;
    private final RandomGenerator random;

    LaneWork(
            EventSink sink,
            LaneTable table,
            Settlement settlement,
            SinkContact contact,
            Outbox.Settings settings,
            Ticker ticker,
            RandomGenerator random) {
        this.sink = sink;
        this.table = table;
        this.settlement = settlement;
        this.contact = contact;
        this.settings = settings;
        this.ticker = ticker;
        this.random = random;
    }

    /** Asks the sink what the last batch of the lane left, and settles that. */
    void ask(OwnedLane lane) {
        guarded(lane, () -> {
            Resumption answer = sink.resume(settings.name(), lane.number, lane.nextFence());
            contact.answered();
            if (answer instanceof Resumption.Stale refused) {
                stale.increment();
                goAbove(lane, refused.held());
                return;
            }
            var left = ((Resumption.Left) answer).ids();
            OptionalInt settled = settlement.settleNamed(lane.number, lane.epoch(), left);
            if (settled.isEmpty()) {
                lose(lane);
                return;
            }
            lane.mustAsk = false;
            lane.goOn();
            lane.hasMore = true;
            published.add(settled.getAsInt());
        });
    }

    /** Sends a batch and settles what became of it. */
    void deliver(OwnedLane lane, List<StoredEvent> rows) {
        guarded(lane, () -> {
            Map<UUID, StoredEvent> byId = new HashMap<>();
            List<EncodedEvent> events = new ArrayList<>();
            for (StoredEvent row : rows) {
                // an event that was published twice goes with the next batch, where the sink knows it
                if (byId.putIfAbsent(row.event().id(), row) == null) {
                    events.add(row.event());
                }
            }
            // from here on it is unknown what the sink has, until it is settled
            lane.mustAsk = true;
            Delivery answer = sink.deliver(new EventBatch(settings.name(), lane.number, lane.nextFence(), events));
            contact.answered();
            if (answer instanceof Delivery.Answered answered) {
                settle(lane, byId, answered.results());
            } else {
                // the call came twice and this is the second answer, or another owner was faster: to ask tells which
                stale.increment();
            }
        });
    }

    private void settle(OwnedLane lane, Map<UUID, StoredEvent> byId, List<Delivery.Result> results)
            throws SQLException {
        var done = new ArrayList<Long>();
        var failures = new ArrayList<Failure>();
        int repeated = 0;
        for (Delivery.Result result : results) {
            StoredEvent row = byId.get(result.id());
            if (row == null) {
                continue;
            }
            if (result.isSettled()) {
                done.add(row.id());
                repeated += result.outcome() == Delivery.Outcome.DUPLICATE ? 1 : 0;
            } else if (result.outcome() == Delivery.Outcome.REJECTED) {
                failures.add(failure(row, result.reason()));
            }
        }
        if ((!done.isEmpty() || !failures.isEmpty()) && !settlement.settle(lane.number, lane.epoch(), done, failures)) {
            lose(lane);
            return;
        }
        lane.mustAsk = false;
        lane.settledSinceNote = true;
        published.add(done.size() - repeated);
        duplicates.add(repeated);
        rejected.add(failures.size());
        dead.add(failures.stream().filter(Failure::isLast).count());
        if (done.isEmpty() && failures.isEmpty()) {
            // it took nothing and refused nothing: it is full
            pause(lane);
        } else {
            lane.goOn();
        }
    }

    private Failure failure(StoredEvent row, String reason) {
        int attempts = row.attempts() + 1;
        boolean last = attempts >= settings.maxAttempts();
        boolean blocks = row.event().key().isPresent()
                && settings.topics().of(row.event().type()).onDead() == OnDead.BLOCK_KEY;
        String text = reason.replace('\0', ' ');
        return new Failure(
                row.id(),
                1 + random.nextLong(ceilingMillis(attempts)),
                last,
                blocks,
                text.substring(0, Math.min(MAX_REASON, text.length())));
    }

    private long ceilingMillis(int attempts) {
        long first = settings.firstWait().toMillis();
        return Math.min(settings.longestWait().toMillis(), first << Math.min(attempts - 1, 20));
    }

    /** The database decides whose the lane is: if it is still this relay's, the sink saw an epoch of before a restore. */
    private void goAbove(OwnedLane lane, Fence held) throws SQLException {
        if (held.epoch() == lane.epoch()) {
            lane.goAbove(held);
        } else if (table.raise(lane.number, lane.epoch(), held.epoch() + 1)) {
            lane.newEpoch(held.epoch() + 1);
        } else {
            lose(lane);
        }
    }

    private void lose(OwnedLane lane) {
        lost.increment();
        lane.lost = true;
    }

    private interface Step {
        void run() throws SQLException;
    }

    private void guarded(OwnedLane lane, Step step) {
        try {
            step.run();
        } catch (SQLException e) {
            LOG.warn(
                    "outbox {} lane {}: it is not known what was settled; the lane is claimed anew (SQL state {})",
                    settings.name(),
                    lane.number,
                    e.getSQLState());
            lose(lane);
        } catch (StreamUnreachableException e) {
            LOG.debug("outbox {} lane {}: no answer from the sink", settings.name(), lane.number);
            noAnswer(lane);
        } catch (RuntimeException e) {
            // the message may hold user data
            LOG.warn(
                    "outbox {} lane {}: the sink failed with {}",
                    settings.name(),
                    lane.number,
                    e.getClass().getName());
            noAnswer(lane);
        }
    }

    private void noAnswer(OwnedLane lane) {
        unreachable.increment();
        contact.missed();
        pause(lane);
    }

    private void pause(OwnedLane lane) {
        long ceiling = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(lane.pauses(), 10));
        lane.pauseUntil(ticker.nanos() + MILLISECONDS.toNanos(ceiling / 2 + random.nextLong(ceiling)));
    }
}
