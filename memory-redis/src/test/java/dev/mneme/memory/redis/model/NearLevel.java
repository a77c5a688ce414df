package dev.mneme.memory.redis.model;

import static dev.mneme.memory.redis.model.Layout.KEYS;
import static dev.mneme.memory.redis.model.Layout.SCOPES;

import dev.mneme.memory.redis.model.Server.LeaseMode;
import dev.mneme.memory.redis.model.Server.Load;
import dev.mneme.memory.redis.model.Statistics.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node's near entries, its flights and the fences on which both hang. */
final class NearLevel {

    /** A near entry: served until {@code deadline}, of use after an error or when cut off until {@code valueUntil}. */
    record Entry(Load load, Fence fence, long deadline, long valueUntil) {}

    private final Node node;
    private final Rules rules;
    final @Nullable Entry[] entries = new Entry[KEYS];
    final @Nullable Flight[] flights = new Flight[KEYS];
    private final Fence[] roots = new Fence[SCOPES];
    private final @Nullable Fence[] scopes = new Fence[SCOPES];

    NearLevel(Node node) {
        this.node = node;
        this.rules = node.rules;
        for (int scope = 0; scope < SCOPES; scope++) {
            roots[scope] = new Fence(null);
        }
    }

    // ---- reading

    void get(Checker.Read read) {
        int key = read.key;
        int bucket = Layout.bucket(key);
        long now = node.mono();
        boolean[] trusted = new boolean[1];
        boolean[] stale = new boolean[1];
        Entry[] entry = new Entry[1];
        boolean[] alive = new boolean[1];
        Runnable trust = () -> {
            trusted[0] = node.trusted(bucket, now) || !rules.keep(Rule.NEAR_READS_NEED_TRUST);
            stale[0] = node.servesStale(key, now);
        };
        Runnable fetch = () -> entry[0] = entries[key];
        Runnable fence =
                () -> alive[0] = entry[0] != null && living(entry[0].fence, Rule.NEAR_READS_NEED_A_LIVING_FENCE);
        Runnable decide = () -> {
            Entry found = entry[0];
            if (found != null && alive[0] && trusted[0] && now < found.deadline) {
                if (node.beatUnchanged(bucket)) {
                    node.statistics.nearAfterUnchangedBeat++;
                }
                read.answered(found.load, Level.NEAR);
                if (node.sim.chance(0.1)) {
                    refresh(key, LeaseMode.EARLY, null);
                }
            } else if (found != null
                    && alive[0]
                    && !trusted[0]
                    && stale[0]
                    && (now < found.valueUntil || !rules.keep(Rule.STALE_ENDS_WITH_THE_TTL))) {
                read.answered(found.load, Level.STALE);
            } else {
                joinOrFly(read, now);
            }
        };
        if (!rules.keep(Rule.TRUST_IS_ASKED_BEFORE_THE_FETCH)) {
            node.inTurn(fetch, fence, trust, decide);
        } else if (!rules.keep(Rule.THE_FENCE_IS_ASKED_LAST)) {
            node.inTurn(
                    () -> {
                        fetch.run();
                        fence.run();
                    },
                    trust,
                    decide);
        } else {
            node.inTurn(trust, fetch, fence, decide);
        }
    }

    /** After the load failed: what is near if it may still be used, else what was far, if anything. */
    void getStale(Checker.Read read, @Nullable Load far) {
        int key = read.key;
        long window = node.settings.staleOnError();
        long now = node.mono();
        boolean[] trusted = new boolean[1];
        Entry[] entry = new Entry[1];
        node.inTurn(
                () -> trusted[0] =
                        node.trusted(Layout.bucket(key), now) || !rules.keep(Rule.STALE_ON_ERROR_NEEDS_TRUST),
                () -> entry[0] = entries[key],
                () -> {
                    Entry found = entry[0];
                    boolean usable = window > 0
                            && found != null
                            && trusted[0]
                            && living(found.fence, Rule.STALE_ON_ERROR_NEEDS_A_LIVING_FENCE)
                            && now < found.valueUntil + window;
                    Load load = usable ? found.load : far;
                    if (load == null) {
                        node.statistics.failedReads++;
                    } else {
                        read.answered(load, Level.STALE_ON_ERROR);
                    }
                });
    }

    private void joinOrFly(Checker.Read read, long now) {
        int key = read.key;
        boolean[] trusted = new boolean[1];
        Flight[] found = new Flight[1];
        boolean[] alive = new boolean[1];
        Runnable trust = () ->
                trusted[0] = node.trusted(Layout.bucket(key), now) || !rules.keep(Rule.JOINING_NEEDS_TRUST_OR_YOUTH);
        Runnable fetch = () -> {
            found[0] = flights[key];
            alive[0] = found[0] != null && living(found[0].fence, Rule.JOINING_NEEDS_A_LIVING_FENCE);
        };
        Runnable decide = () -> {
            Flight flight = found[0];
            boolean young = flight != null && now - flight.startedAt < Settings.BOUND;
            if (flight != null && alive[0] && (trusted[0] || young)) {
                flight.join(read, now);
            } else {
                fly(key, LeaseMode.NORMAL, read, now);
            }
        };
        Runnable look = () -> {
            fetch.run();
            decide.run();
        };
        if (rules.keep(Rule.JOINING_ASKS_FOR_TRUST_FIRST)) {
            node.inTurn(trust, look);
        } else {
            node.inTurn(fetch, () -> {
                trust.run();
                decide.run();
            });
        }
    }

    void refresh(int key, LeaseMode mode, Checker.@Nullable Read read) {
        if (mode == LeaseMode.EARLY && flights[key] != null) {
            return;
        }
        fly(key, mode, read, node.mono());
    }

    private void fly(int key, LeaseMode mode, Checker.@Nullable Read read, long now) {
        Flight flight = new Flight(node, key, mode, now);
        if (read != null) {
            flight.join(read, Long.MIN_VALUE);
        }
        boolean listed = mode == LeaseMode.NORMAL || rules.keep(Rule.REFRESHES_ARE_FLIGHTS);
        Runnable register = () -> {
            flight.fence = new Fence(scopeFence(key));
            if (listed) {
                replace(key, flight);
            }
        };
        if (rules.keep(Rule.FLIGHTS_REGISTER_BEFORE_THEY_ASK)) {
            if (rules.keep(Rule.THE_QUEUE_IS_ASKED_AFTER_REGISTERING)) {
                node.then(() -> {
                    register.run();
                    node.then(() -> flight.start(node.invalidations.bypasses(key), () -> {}));
                });
            } else {
                boolean bypass = node.invalidations.bypasses(key);
                node.then(() -> {
                    register.run();
                    flight.start(bypass, () -> {});
                });
            }
        } else {
            flight.start(node.invalidations.bypasses(key), register);
        }
    }

    private void replace(int key, Flight flight) {
        Flight old = flights[key];
        if (old == null || !rules.keep(Rule.A_REPLACED_FLIGHT_IS_KILLED)) {
            flights[key] = flight;
            return;
        }
        killThen(old.fence, () -> flights[key] = flight);
    }

    /** Kills a fence and then lets something take its place, as one step, or the wrong way round as two. */
    private void killThen(Fence fence, Runnable takePlace) {
        if (rules.keep(Rule.KILL_BEFORE_REPLACE)) {
            fence.kill();
            takePlace.run();
        } else {
            takePlace.run();
            node.then(fence::kill);
        }
    }

    boolean living(Fence fence, Rule rule) {
        return fence.alive(rules) || !rules.keep(rule);
    }

    /** The innermost scope's fence, made new where a fence of the chain is dead. */
    private Fence scopeFence(int key) {
        int[] chain = Layout.chain(key);
        Fence parent = roots[chain[0]];
        for (int i = 1; i < chain.length; i++) {
            Fence fence = scopes[chain[i]];
            if (fence == null || fence.parent != parent || !fence.alive(rules)) {
                fence = new Fence(parent);
                scopes[chain[i]] = fence;
            }
            parent = fence;
        }
        return parent;
    }

    // ---- committing

    void commit(Flight flight, Entry entry, Runnable done) {
        Runnable put = () -> entries[flight.key] = entry;
        Runnable leave = () -> leave(flight);
        if (rules.keep(Rule.A_COMMIT_PUTS_BEFORE_IT_LEAVES)) {
            node.inTurn(put, leave, done);
        } else {
            node.inTurn(leave, put, done);
        }
    }

    void leave(Flight flight) {
        if (flights[flight.key] == flight || !rules.keep(Rule.A_FLIGHT_REMOVES_ONLY_ITSELF)) {
            flights[flight.key] = null;
        }
    }

    // ---- dropping

    /** The steps that make all unservable that this node has of a key or scope. */
    List<Runnable> drop(int target) {
        if (Layout.isScope(target)) {
            return killScope(target - Layout.SCOPE);
        }
        Runnable kill = () -> {
            Flight flight = flights[target];
            if (flight != null && rules.keep(Rule.A_DROP_KILLS_THE_FLIGHT)) {
                killThen(flight.fence, () -> flights[target] = null);
            }
        };
        Runnable remove = () -> entries[target] = null;
        return rules.keep(Rule.A_DROP_KILLS_BEFORE_IT_REMOVES) ? List.of(kill, remove) : List.of(remove, kill);
    }

    /** The steps that flush a bucket: two. */
    List<Runnable> flush(int bucket) {
        List<Runnable> first = new ArrayList<>();
        List<Runnable> second = new ArrayList<>();
        for (int scope = 0; scope < SCOPES; scope++) {
            if (Layout.isRoot(scope) && Layout.bucketOfScope(scope) == bucket) {
                List<Runnable> steps = killScope(scope);
                first.add(steps.get(0));
                second.add(steps.get(1));
            }
        }
        return List.of(() -> first.forEach(Runnable::run), () -> second.forEach(Runnable::run));
    }

    /** The two steps that kill a scope's fence and then take it out of its table; a root gets a new one at once. */
    private List<Runnable> killScope(int scope) {
        boolean root = Layout.isRoot(scope);
        Fence[] table = root ? roots : scopes;
        Fence[] old = new Fence[1];
        Runnable kill = () -> {
            if (old[0] != null) {
                old[0].kill();
            }
        };
        Runnable takeOut = () -> {
            if (table[scope] == old[0] || !rules.keep(Rule.ONLY_WHAT_WAS_KILLED_IS_REPLACED)) {
                table[scope] = root ? new Fence(null) : null;
            }
        };
        boolean killFirst = rules.keep(Rule.KILL_BEFORE_REPLACE);
        return List.of(
                () -> {
                    old[0] = table[scope];
                    (killFirst ? kill : takeOut).run();
                },
                killFirst ? takeOut : kill);
    }
}
