package dev.mneme.outbox.model;

import dev.mneme.events.stream.Fence;
import dev.mneme.outbox.model.ModelDatabase.LaneState;
import dev.mneme.outbox.model.ModelDatabase.Note;
import dev.mneme.outbox.model.ModelDatabase.Row;
import dev.mneme.outbox.model.ModelSink.Asked;
import dev.mneme.outbox.model.ModelSink.Delivered;
import dev.mneme.outbox.model.ModelSink.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A relay as a machine that does one call in a step; between two steps anything may happen, for any time. */
final class ModelRelay {

    private enum State {
        LOOKING,
        CLAIMING,
        ASKING,
        SETTLING_ANSWER,
        FETCHING,
        PUBLISHING,
        SETTLING
    }

    static final int LEASE = 12;
    static final int MAX_ATTEMPTS = 2;

    private final int id;
    private final Schedule world;
    private final Set<Rule> rules;
    private State state = State.LOOKING;
    private LaneState seen = new LaneState(0, 0, 0);
    private Fence fence = new Fence(0, 0);
    private List<Row> batch = List.of();
    private Collection<Long> done = List.of();
    private Map<Long, Integer> waits = Map.of();

    private long floor;
    private int redrivesSeen;
    private @Nullable Note note;

    ModelRelay(int id, Schedule world) {
        this.id = id;
        this.world = world;
        this.rules = world.rules;
    }

    void step() {
        switch (state) {
            case LOOKING -> look();
            case CLAIMING -> claim();
            case ASKING -> ask();
            case SETTLING_ANSWER -> settle(List.of());
            case FETCHING -> fetchOrTend();
            case PUBLISHING -> publish();
            case SETTLING -> settle(batch);
        }
    }

    /** The hand-off that must not be: the rows of a commit go straight into the next batch. */
    void handOver(List<Row> rows) {
        if (state == State.FETCHING && !rows.isEmpty()) {
            batch = List.copyOf(rows);
            state = State.PUBLISHING;
        }
    }

    private void look() {
        seen = world.database.lane;
        if (seen.owner() == id || seen.leaseUntil() < world.database.clock) {
            state = State.CLAIMING;
        }
    }

    private void claim() {
        long epoch = seen.epoch();
        Boolean won = world.call(() -> world.database.claim(id, epoch, LEASE));
        if (won == null || !won) {
            state = State.LOOKING;
            return;
        }
        boolean mine = seen.owner() == id;
        fence = new Fence(epoch + 1, 0);
        floor = 0;
        note = null;
        state = mine || rules.contains(Rule.NEW_OWNER_ASKS) ? State.ASKING : State.FETCHING;
    }

    private void ask() {
        fence = fence.next();
        Fence with = fence;
        Asked answer = world.call(() -> world.sink.ask(with));
        if (answer == null) {
            return;
        }
        if (answer.stale()) {
            goAbove(answer.held());
            return;
        }
        done = rules.contains(Rule.ANSWER_IS_SETTLED) ? answer.left() : List.of();
        waits = Map.of();
        state = State.SETTLING_ANSWER;
    }

    private void goAbove(Fence held) {
        long mine = fence.epoch();
        state = State.LOOKING;
        if (held.epoch() <= mine || !rules.contains(Rule.GOES_ABOVE_SINKS_EPOCH)) {
            return;
        }
        Boolean raised = world.call(() -> world.database.goAbove(id, mine, held.epoch() + 1, LEASE));
        if (raised != null && raised) {
            fence = new Fence(held.epoch() + 1, 0);
            state = State.ASKING;
        }
    }

    private void settle(List<Row> of) {
        Collection<Long> settled = done;
        Map<Long, Integer> parked = waits;
        long epoch = fence.epoch();
        Boolean known = world.call(() -> world.database.settle(id, epoch, settled, parked, MAX_ATTEMPTS));
        if (known == null) {
            // with the rule the lane is looked at and claimed anew, which raises its epoch
            state = rules.contains(Rule.UNKNOWN_SETTLE_RAISES_EPOCH) ? State.LOOKING : State.ASKING;
        } else {
            state = known ? State.FETCHING : State.LOOKING;
        }
        batch = List.of();
    }

    private void fetchOrTend() {
        int choice = world.random.nextInt(6);
        if (choice == 0) {
            tendFloor();
        } else if (choice == 1 || world.isCalm()) {
            world.database.renew(id, fence.epoch(), LEASE);
        }
        if (choice > 1) {
            fetch();
        }
    }

    private void fetch() {
        int drift = rules.contains(Rule.ONE_TIME_PER_FETCH) ? 0 : world.random.nextInt(3);
        batch = world.database.fetch(floor, 1 + world.random.nextInt(4), drift);
        if (!batch.isEmpty()) {
            state = State.PUBLISHING;
        } else if (world.database.lane.owner() != id) {
            state = State.LOOKING;
        }
    }

    private void tendFloor() {
        if (redrivesSeen != world.database.redrives && rules.contains(Rule.REDRIVE_RESETS_FLOOR)) {
            redrivesSeen = world.database.redrives;
            floor = 0;
            note = null;
        } else if (note == null) {
            note = world.database.note();
        } else if (!rules.contains(Rule.FLOOR_WAITS_FOR_OPEN) || world.database.allEndedBefore(note)) {
            Long lowest = rules.contains(Rule.FLOOR_BELOW_REMAINING) ? world.database.lowestFrom(floor) : null;
            floor = lowest == null ? note.id() + 1 : Math.min(lowest, note.id() + 1);
            note = null;
        }
    }

    private void publish() {
        fence = fence.next();
        Fence with = fence;
        List<Row> sent = batch;
        Delivered answer = world.call(() -> world.sink.deliver(with, sent, world::rejects));
        if (answer == null) {
            state = rules.contains(Rule.ASKS_AFTER_UNKNOWN_PUBLISH) ? State.ASKING : State.FETCHING;
            return;
        }
        if (answer.stale()) {
            state = State.LOOKING;
            return;
        }
        var stands = new ArrayList<Long>();
        var parked = new TreeMap<Long, Integer>();
        answer.outcomes().forEach((row, outcome) -> {
            if (outcome == Outcome.STANDS) {
                stands.add(row);
            } else if (outcome == Outcome.REJECTED) {
                parked.put(row, 1 + world.random.nextInt(8));
            }
        });
        done = stands;
        waits = parked;
        state = State.SETTLING;
    }
}
