package dev.mneme.outbox.model;

import dev.mneme.events.stream.Fence;
import dev.mneme.outbox.model.ModelDatabase.Row;
import dev.mneme.outbox.model.ModelDatabase.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One course of events, drawn from a seed: writers, three relays that are paused, crash and restart, calls that are lost,
 * whose replies are lost, or that are executed when nobody expects them any more; then calm, until all is delivered.
 */
final class Schedule {

    /** A call of the database or the sink. */
    interface Remote<T> {
        T run();
    }

    /** What went wrong, or nothing. */
    enum Verdict {
        HELD,
        LOST,
        OUT_OF_ORDER,
        TWICE
    }

    private static final int KEYS = 3;
    private static final int STEPS = 260;
    private static final int CALM_STEPS = 4_000;
    private static final int RELAYS = 3;

    final Set<Rule> rules;
    final Random random;
    final ModelDatabase database;
    final ModelSink sink;
    private final List<ModelRelay> relays = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();
    private final List<Remote<?>> late = new ArrayList<>();
    private final Set<Long> poisonous = new HashSet<>();
    private final Set<Long> looked = new HashSet<>();
    private int incarnations;
    private boolean calm;

    private Schedule(long seed, Set<Rule> rules) {
        this.rules = rules;
        this.random = new Random(seed);
        this.database = new ModelDatabase(rules);
        this.sink = new ModelSink(rules);
        for (int i = 0; i < RELAYS; i++) {
            relays.add(new ModelRelay(++incarnations, this));
            writers.add(new Writer());
        }
    }

    static Verdict run(long seed, Set<Rule> rules) {
        var schedule = new Schedule(seed, rules);
        for (int i = 0; i < STEPS; i++) {
            schedule.step();
        }
        schedule.calmDown();
        return schedule.verdict();
    }

    /** Null if the caller does not learn what became of the call. */
    <T> @Nullable T call(Remote<T> remote) {
        int fate = calm ? 99 : random.nextInt(100);
        if (fate < 5) {
            late.add(remote);
            return null;
        }
        T reply = remote.run();
        return fate < 10 ? null : reply;
    }

    boolean rejects(Row row) {
        if (looked.add(row.id) && random.nextInt(8) == 0) {
            poisonous.add(row.id);
        }
        return !calm && (poisonous.contains(row.id) || random.nextInt(6) == 0);
    }

    boolean isCalm() {
        return calm;
    }

    private void step() {
        int choice = random.nextInt(100);
        database.clock += random.nextInt(3) == 0 ? 1 : 0;
        if (choice < 40) {
            // one relay may come often and another seldom
            relays.get(Math.min(random.nextInt(RELAYS), random.nextInt(RELAYS))).step();
        } else if (choice < 90) {
            writers.get(random.nextInt(writers.size())).step();
        } else if (choice < 94 && !late.isEmpty()) {
            late.remove(random.nextInt(late.size())).run();
        } else if (choice < 96) {
            database.clock += random.nextInt(2 * ModelRelay.LEASE);
        } else if (choice < 97) {
            int crashed = random.nextInt(RELAYS);
            relays.set(crashed, new ModelRelay(++incarnations, this));
        } else if (choice < 98) {
            database.redriveAll();
            poisonous.clear();
        } else if (random.nextInt(20) == 0) {
            // as after the restore of a database's backup: the sink has seen epochs that the database has not
            sink.fence = new Fence(sink.fence.epoch() + 10_000, 1);
        }
    }

    private void calmDown() {
        for (Writer writer : writers) {
            writer.finish();
        }
        List.copyOf(late).forEach(Remote::run);
        calm = true;
        for (int i = 0; i < CALM_STEPS && !isDone(); i++) {
            database.clock++;
            if (i % 50 == 0) {
                database.redriveAll();
            }
            relays.get(i % RELAYS).step();
        }
    }

    private boolean isDone() {
        return database.rows.isEmpty() && database.dead.isEmpty();
    }

    private Verdict verdict() {
        var places = new HashMap<Long, Integer>();
        for (int i = 0; i < sink.stream.size(); i++) {
            if (places.put(sink.stream.get(i).id, i) != null) {
                return Verdict.TWICE;
            }
        }
        for (Map.Entry<Integer, List<Long>> key : database.committed.entrySet()) {
            int before = -1;
            for (long id : key.getValue()) {
                Integer place = places.get(id);
                if (place == null) {
                    return Verdict.LOST;
                }
                if (database.exempt.contains(id)) {
                    continue;
                }
                if (place < before) {
                    return Verdict.OUT_OF_ORDER;
                }
                before = place;
            }
        }
        return Verdict.HELD;
    }

    /** A session that writes one or two events in a transaction, in as many steps as a database has between them. */
    private final class Writer {

        private @Nullable Transaction transaction;
        private final List<Long> cached = new ArrayList<>();
        private int key;
        private long id;
        private int stage;

        void step() {
            Transaction tx = transaction;
            if (tx == null) {
                transaction = new Transaction();
                database.open.add(transaction);
                key = random.nextInt(KEYS);
                stage = 0;
                return;
            }
            switch (stage) {
                case 0 -> stage = rules.contains(Rule.XID_BEFORE_ID) && !assigned(tx) ? 0 : 1;
                case 1 -> stage = !rules.contains(Rule.KEY_LOCK_BEFORE_ID) || locked(tx) ? 2 : 1;
                case 2 -> {
                    id = nextId();
                    stage = 3;
                }
                case 3 -> {
                    if (locked(tx)) {
                        assigned(tx);
                        tx.inserted.add(new Row(id, key, key == 0));
                        stage = 4;
                    }
                }
                default -> end(tx);
            }
        }

        /** As a client that goes away in the middle of it, or comes through. */
        void finish() {
            Transaction tx = transaction;
            if (tx != null && stage == 4) {
                end(tx);
            }
            if (transaction != null) {
                database.end(transaction);
            }
        }

        private void end(Transaction tx) {
            int choice = random.nextInt(10);
            if (choice < 2 && tx.inserted.size() < 2) {
                // one more of the same key: the lock is held already
                stage = 2;
                return;
            }
            if (choice == 2) {
                database.end(tx);
            } else {
                database.commit(tx);
                if (!rules.contains(Rule.NO_HAND_OFF)) {
                    relays.get(random.nextInt(RELAYS)).handOver(tx.inserted);
                }
            }
            transaction = null;
        }

        private boolean assigned(Transaction tx) {
            if (tx.xid == Long.MAX_VALUE) {
                tx.xid = database.nextXid++;
            }
            return true;
        }

        private boolean locked(Transaction tx) {
            Transaction holder = database.keyLocks.putIfAbsent(key, tx);
            tx.locks.add(key);
            if (holder != null && holder != tx) {
                tx.locks.remove(key);
                return false;
            }
            return true;
        }

        private long nextId() {
            if (rules.contains(Rule.IDS_WITHOUT_CACHE)) {
                return ++database.lastId;
            }
            if (cached.isEmpty()) {
                for (int i = 0; i < 3; i++) {
                    cached.add(++database.lastId);
                }
            }
            return cached.remove(0);
        }
    }
}
