package dev.mneme.outbox.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One lane in a database: what is committed, what is still open, a sequence, and one clock. Every call is one statement. */
final class ModelDatabase {

    static final int NEVER = Integer.MAX_VALUE;

    static final class Row {
        final long id;
        final int key;
        final boolean blocking;
        int attempts;
        int availableAt;

        Row(long id, int key, boolean blocking) {
            this.id = id;
            this.key = key;
            this.blocking = blocking;
        }
    }

    /** A writer's transaction; what it inserted nobody else sees. */
    static final class Transaction {
        long xid = Long.MAX_VALUE;
        final List<Row> inserted = new ArrayList<>();
        final Set<Integer> locks = new HashSet<>();
    }

    record LaneState(int owner, long epoch, int leaseUntil) {}

    record Note(long id, long xid) {}

    final Set<Rule> rules;
    int clock;
    long lastId;
    long nextXid = 1;
    int redrives;
    LaneState lane = new LaneState(0, 0, -1);
    final TreeMap<Long, Row> rows = new TreeMap<>();
    final TreeMap<Long, Row> dead = new TreeMap<>();
    final Set<Transaction> open = new HashSet<>();
    final Map<Integer, Transaction> keyLocks = new HashMap<>();

    /** The committed ids of each key in the order of commits, and those whose place in it was given up. */
    final Map<Integer, List<Long>> committed = new HashMap<>();

    final Set<Long> exempt = new HashSet<>();

    ModelDatabase(Set<Rule> rules) {
        this.rules = rules;
    }

    void commit(Transaction transaction) {
        for (Row row : transaction.inserted) {
            rows.put(row.id, row);
            committed.computeIfAbsent(row.key, k -> new ArrayList<>()).add(row.id);
        }
        end(transaction);
    }

    void end(Transaction transaction) {
        open.remove(transaction);
        transaction.locks.forEach(keyLocks::remove);
    }

    boolean claim(int owner, long seenEpoch, int lease) {
        boolean free = lane.owner == owner || lane.leaseUntil < clock;
        if (lane.epoch != seenEpoch || !free) {
            return false;
        }
        lane = new LaneState(owner, seenEpoch + 1, clock + lease);
        return true;
    }

    boolean goAbove(int owner, long epoch, long higher, int lease) {
        if (lane.owner != owner || lane.epoch != epoch) {
            return false;
        }
        lane = new LaneState(owner, higher, clock + lease);
        return true;
    }

    void renew(int owner, long epoch, int lease) {
        if (lane.owner == owner && lane.epoch == epoch) {
            lane = new LaneState(owner, epoch, clock + lease);
        }
    }

    /** @param drift how much later each row is judged than the one before it */
    List<Row> fetch(long floor, int limit, int drift) {
        List<Row> found = new ArrayList<>();
        int now = clock;
        for (Row row : rows.tailMap(floor, true).values()) {
            if (row.availableAt <= now && !isHeldBack(row, now) && found.size() < limit) {
                found.add(row);
            }
            now += drift;
        }
        return found;
    }

    private boolean isHeldBack(Row row, int now) {
        return rules.contains(Rule.PARKED_KEY_WAITS)
                && rows.headMap(row.id).values().stream()
                        .anyMatch(
                                earlier -> earlier.key == row.key && earlier.attempts > 0 && earlier.availableAt > now);
    }

    /** Answers false, and does nothing, in another epoch. */
    boolean settle(int owner, long epoch, Collection<Long> done, Map<Long, Integer> waits, int maxAttempts) {
        if (rules.contains(Rule.SETTLE_FENCED) && (lane.owner != owner || lane.epoch != epoch)) {
            return false;
        }
        done.forEach(rows::remove);
        waits.forEach((id, wait) -> {
            Row row = rows.get(id);
            if (row != null) {
                fail(row, wait, maxAttempts);
            }
        });
        return true;
    }

    private void fail(Row row, int wait, int maxAttempts) {
        row.attempts++;
        if (row.attempts < maxAttempts) {
            row.availableAt = clock + wait;
        } else if (row.blocking && rules.contains(Rule.BLOCKING_DEAD_STAYS)) {
            row.availableAt = NEVER;
        } else {
            rows.remove(row.id);
            dead.put(row.id, row);
            if (!row.blocking) {
                exempt.add(row.id);
            }
        }
    }

    void redriveAll() {
        for (Row row : rows.values()) {
            if (row.availableAt == NEVER) {
                row.attempts = 0;
                row.availableAt = clock;
            }
        }
        for (Row row : dead.values()) {
            row.attempts = 0;
            row.availableAt = clock;
            rows.put(row.id, row);
            redrives++;
        }
        dead.clear();
    }

    Note note() {
        return new Note(lastId, nextXid++);
    }

    boolean allEndedBefore(Note note) {
        return open.stream().allMatch(transaction -> transaction.xid > note.xid);
    }

    @Nullable
    Long lowestFrom(long floor) {
        return rows.ceilingKey(floor);
    }
}
