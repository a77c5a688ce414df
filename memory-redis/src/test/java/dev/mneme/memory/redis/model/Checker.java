package dev.mneme.memory.redis.model;

import dev.mneme.memory.redis.model.Server.Execution;
import dev.mneme.memory.redis.model.Server.Load;
import dev.mneme.memory.redis.model.Statistics.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds every answer against the promise, word by word. It alone knows real time, which load every value came from, and
 * what Redis lost.
 */
final class Checker {

    /** The promise was broken. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message);
        }
    }

    private final Simulation sim;
    private final Settings settings;
    private final Network network;
    private final Statistics statistics;
    private final List<Node> nodes = new ArrayList<>();
    private final List<List<Invalidation>> invalidations = new ArrayList<>();
    private final long[] versions = new long[Layout.KEYS];
    private int loads;
    private int calls;

    Checker(Simulation sim, Settings settings, Network network, Statistics statistics) {
        this.sim = sim;
        this.settings = settings;
        this.network = network;
        this.statistics = statistics;
        for (int key = 0; key < Layout.KEYS; key++) {
            invalidations.add(new ArrayList<>());
        }
    }

    void watch(Node node) {
        nodes.add(node);
    }

    long lost() {
        return invalidations.stream()
                .flatMap(List::stream)
                .filter(Invalidation::lost)
                .distinct()
                .count();
    }

    Load loadBegins(int key, long beganAt, long steppedBefore) {
        long ttl = sim.chance(0.3) ? Settings.NEGATIVE_TTL : Settings.TTL;
        Load load = new Load(++loads, key, beganAt, versions[key], ttl, steppedBefore);
        sim.note(() -> "load " + load.number() + " of k" + key + " begins, version " + load.version());
        return load;
    }

    // ---- invalidations

    /** One call, from before it began. */
    final class Invalidation {
        final Node node;
        final int target;
        private final int number = ++calls;
        private final int life;
        private final long calledAt = sim.now();
        private final Runnable returned;
        private long returnedAt = Long.MAX_VALUE;
        /** When Redis was known to have done it, and the nodes' clocks then. */
        private long settledAt = Long.MAX_VALUE;

        private final long[] monoWhenSettled = new long[settings.nodes()];
        private @Nullable Execution execution;

        private Invalidation(Node node, int target, Runnable returned) {
            this.node = node;
            this.target = target;
            this.life = node.life();
            this.returned = returned;
        }

        void done(Execution by) {
            sim.note(() -> this + " returns DONE");
            statistics.done++;
            returnedAt = sim.now();
            settled(by);
            returned.run();
        }

        void pending() {
            sim.note(() -> this + " returns PENDING");
            statistics.pending++;
            returnedAt = sim.now();
            returned.run();
        }

        void replayed(Execution by) {
            sim.note(() -> this + " is replayed");
            settled(by);
        }

        private void settled(Execution by) {
            execution = by;
            settledAt = sim.now();
            for (Node each : nodes) {
                monoWhenSettled[each.number] = each.mono();
            }
        }

        boolean lost() {
            return execution != null && execution.lost;
        }

        @Override
        public String toString() {
            return "invalidation " + number + " of " + Layout.name(target) + " on n" + node.number;
        }
    }

    /** The database changes, and then the cache is told; {@code returned} runs when the call returns. */
    Invalidation invalidates(Node node, int target, Runnable returned) {
        Invalidation call = new Invalidation(node, target, returned);
        for (int key = 0; key < Layout.KEYS; key++) {
            if (Layout.covers(target, key)) {
                versions[key]++;
                invalidations.get(key).add(call);
            }
        }
        sim.note(() -> call + " is called");
        return call;
    }

    // ---- reads

    /** One read, from before it began. */
    final class Read {
        final Node node;
        final int key;
        private final int life;
        private final long began = sim.now();
        private final long beganMono;

        private Read(Node node, int key) {
            this.node = node;
            this.key = key;
            this.life = node.life();
            this.beganMono = node.mono();
        }

        void answered(Load load, Level level) {
            statistics.reads.merge(level, 1L, Long::sum);
            sim.note(() -> node + " read k" + key + " (begun " + (sim.now() - began) + " us ago): load " + load.number()
                    + ", " + level);
            checkTtl(load, level);
            for (Invalidation call : invalidations.get(key)) {
                if (load.beganAt() < call.calledAt && !call.lost()) {
                    check(load, level, call);
                }
            }
        }

        private void check(Load load, Level level, Invalidation call) {
            Supplier<String> what =
                    () -> node + " read k" + key + " from load " + load.number() + " (" + level + ") after " + call;
            boolean here = node == call.node && life == call.life;
            if (here && began > call.returnedAt) {
                throw new Broken("on its own node: " + what.get());
            }
            if (began > call.settledAt && level == Level.FAR) {
                throw new Broken("from Redis: " + what.get());
            }
            long bound = Settings.BOUND + (level == Level.STALE ? Settings.STALE_MAX : 0);
            long late = began > call.settledAt ? beganMono - call.monoWhenSettled[node.number] : 0;
            if (late > bound) {
                throw new Broken("beyond the bound, after " + late + " us: " + what.get());
            }
        }

        /** Neither what was lost nor what is pending is served beyond its time to live, as Redis counts it. */
        private void checkTtl(Load load, Level level) {
            long window = level == Level.STALE_ON_ERROR ? settings.staleOnError() : 0;
            long age = began - load.beganAt();
            long stepped = network.steppedBack - load.steppedBefore();
            if (age - age / 1_000 > load.ttl() + window + stepped + node.suspendedFor()) {
                throw new Broken("beyond the time to live, " + age + " us old: " + node + " read k" + key
                        + " from load " + load.number() + " (" + level + ")");
            }
        }
    }

    Read reads(Node node, int key) {
        return new Read(node, key);
    }
}
