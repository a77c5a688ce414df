package dev.mneme.memory.redis.model;

import static dev.mneme.memory.redis.model.Simulation.MILLIS;
import static dev.mneme.memory.redis.model.Simulation.SECONDS;

import dev.mneme.memory.redis.model.Server.LeaseMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of the model: what users, operators and fate do to a few nodes and one Redis in twenty seconds. */
final class Schedule {

    /** What became of a schedule. */
    record Outcome(long seed, @Nullable String broken, Statistics statistics, List<String> trace) {}

    private static final long LENGTH = 20 * SECONDS;

    private final Simulation sim;
    private final Settings settings;
    private final Network network;
    private final Checker checker;
    private final Statistics statistics = new Statistics();
    private final List<Node> nodes = new ArrayList<>();

    private Schedule(long seed, Rules rules, boolean traced) {
        this.sim = new Simulation(seed, traced);
        this.settings = Settings.any(sim);
        this.network = new Network(sim, rules, settings, statistics);
        this.checker = new Checker(sim, settings, network, statistics);
        int schemas = sim.chance(0.5) ? 2 : 1;
        for (int i = 0; i < settings.nodes(); i++) {
            Node node = new Node(
                    i, 1 + (schemas == 1 ? 0 : sim.below(2)), sim, rules, settings, network, checker, statistics);
            nodes.add(node);
            checker.watch(node);
        }
    }

    static Outcome run(long seed, Rules rules) {
        return run(seed, rules, false);
    }

    /** The same run again, with its trace. */
    static Outcome trace(long seed, Rules rules) {
        return run(seed, rules, true);
    }

    private static Outcome run(long seed, Rules rules, boolean traced) {
        Schedule schedule = new Schedule(seed, rules, traced);
        String broken = null;
        try {
            schedule.plan();
            schedule.sim.runUntil(LENGTH);
        } catch (Checker.Broken e) {
            broken = e.getMessage();
        }
        schedule.statistics.lost = schedule.checker.lost();
        schedule.statistics.events = schedule.sim.events();
        return new Outcome(seed, broken, schedule.statistics, schedule.sim.trace());
    }

    private void plan() {
        sim.note(() -> settings.toString());
        for (int i = 0; i < 10; i++) {
            sim.at(sim.between(0, LENGTH), () -> read(anyNode(), anyKey()));
        }
        switch (sim.below(12)) {
            case 0 -> rounds(this::outageOfOneNode);
            case 1 -> rounds(this::returnOfOneNode);
            case 2 -> rounds(this::failoverAmongInvalidations);
            case 3 -> rounds(this::unknownOutcome);
            case 4 -> rounds(this::flushAmongScopes);
            case 5 -> sim.at(sim.between(2 * SECONDS, 8 * SECONDS), this::failoverAmongReads);
            default -> anything();
        }
    }

    private void rounds(Runnable round) {
        for (long start = 2 * SECONDS; start < LENGTH - 5 * SECONDS; start += 5 * SECONDS) {
            sim.at(start, round);
        }
    }

    private void anything() {
        int scenes = 4 + sim.below(6);
        for (int i = 0; i < scenes; i++) {
            sim.at(sim.between(0, LENGTH - 3 * SECONDS), this::scene);
        }
        for (int i = sim.below(4); i > 0; i--) {
            sim.at(sim.between(SECONDS, LENGTH - 4 * SECONDS), this::mishap);
        }
    }

    // ---- plots: what chance alone would rarely bring together

    /** A node is cut off, invalidates, reads at that very moment, and invalidates again while it replays. */
    private void outageOfOneNode() {
        Node node = anyNode();
        int key = anyKey();
        readEverywhere(key);
        sim.after(100 * MILLIS, () -> network.cut(node, anyCut(), sim.between(100 * MILLIS, 2 * SECONDS)));
        for (int i = sim.below(4); i >= 0; i--) {
            int target = i == 0 ? key : sim.chance(0.2) ? scopeOf(key) + Layout.SCOPE : anyKey();
            sim.after(110 * MILLIS + sim.between(0, 900 * MILLIS), () -> {
                for (int j = 0; j < 4; j++) {
                    soon(5 * MILLIS, () -> read(node, key));
                }
                soon(5 * MILLIS, () -> invalidate(node, target));
            });
        }
        node.whenReplaying = replaying -> {
            soon(5 * MILLIS, () -> refresh(anyNode(), key));
            soon(5 * MILLIS, () -> refresh(anyNode(), key));
            soon(20 * MILLIS, () -> invalidate(replaying, key));
        };
    }

    /** A node is cut off while another invalidates, and reads while the heartbeat comes back. */
    private void returnOfOneNode() {
        Node node = anyNode();
        int key = anyKey();
        readEverywhere(key);
        soon(700 * MILLIS, () -> read(node, key));
        boolean brief = sim.chance(0.7);
        long until = brief ? sim.between(1_500 * MILLIS, 2_500 * MILLIS) : 4_500 * MILLIS;
        sim.after(800 * MILLIS, () -> network.cut(node, anyCut(), until));
        sim.after(800 * MILLIS, () -> soon(300 * MILLIS, () -> read(node, key)));
        sim.after(
                900 * MILLIS,
                () -> soon(brief ? 800 * MILLIS : 1, () -> {
                    invalidate(
                            node == nodes.get(0) ? nodes.get(1) : nodes.get(0), sim.chance(0.8) ? key : otherKey(key));
                }));
        node.whenVersionIsUnknown = bucket -> {
            for (int i = 0; i < 8; i++) {
                soon(4 * MILLIS, () -> read(node, key));
            }
        };
        int reads = sim.chance(0.5) ? 20 : 2;
        sim.after(brief ? 2_350 * MILLIS : 4_400 * MILLIS, () -> {
            for (int i = 0; i < reads; i++) {
                soon(brief ? 1_500 * MILLIS : 900 * MILLIS, () -> read(node, key));
            }
        });
    }

    /**
     * Invalidations of a bucket that one node hears of and a failover then loses, an invalidation after it that this
     * node does not hear of, and late copies of the first.
     */
    private void failoverAmongInvalidations() {
        int key = anyKey();
        int other = otherKey(key);
        readEverywhere(key);
        int first = sim.below(nodes.size());
        Node caller = nodes.get(first);
        Node absent = nodes.get((first + 1) % nodes.size());
        Node third = nodes.get((first + 2) % nodes.size());
        sim.after(100 * MILLIS, () -> {
            network.repeatsNow = true;
            for (int i = 1 + sim.below(3); i > 0; i--) {
                soon(MILLIS, () -> invalidate(caller, other, () -> {}));
            }
            sim.after(3 * MILLIS + sim.between(0, 5 * MILLIS), () -> {
                network.repeatsNow = false;
                network.cut(absent, anyCut(), sim.between(SECONDS, 2_000 * MILLIS));
                network.cut(caller, anyCut(), sim.between(SECONDS, 4_000 * MILLIS));
                network.failOver(sim.between(0, 20 * MILLIS), 0, 0);
                soon(SECONDS, () -> invalidate(third, key, () -> {}));
                for (int i = 0; i < 8; i++) {
                    sim.after(2_500 * MILLIS, () -> soon(1_400 * MILLIS, () -> read(absent, key)));
                }
            });
        });
    }

    /** A node invalidates a whole cache while a heartbeat flushes its bucket, and reads all the time. */
    private void flushAmongScopes() {
        int key = anyKey();
        int first = sim.below(nodes.size());
        Node node = nodes.get(first);
        Node other = nodes.get((first + 1) % nodes.size());
        node.whenVersionIsUnknown = bucket -> {
            soon(2 * MILLIS, () -> invalidate(node, Layout.root(key) + Layout.SCOPE, () -> {}));
            for (int i = 0; i < 6; i++) {
                soon(6 * MILLIS, () -> read(node, key));
            }
        };
        for (int i = 0; i < 3; i++) {
            soon(SECONDS, () -> invalidate(other, otherKey(key), () -> {}));
        }
        sim.after(
                1_600 * MILLIS,
                () -> invalidate(other, key, () -> {
                    for (int i = 0; i < 8; i++) {
                        sim.after(Settings.BOUND, () -> soon(SECONDS, () -> read(node, key)));
                    }
                }));
    }

    /** A node invalidates while its requests vanish, and reads when it gives up waiting for the reply. */
    private void unknownOutcome() {
        Node node = anyNode();
        int key = anyKey();
        nodes.stream().filter(other -> other != node).forEach(other -> soon(50 * MILLIS, () -> read(other, key)));
        sim.after(100 * MILLIS, () -> {
            network.cut(node, Network.Link.SILENT, sim.between(10 * MILLIS, 700 * MILLIS));
            invalidate(node, key);
            sim.after(Settings.CONTROL_TIMEOUT - 2 * MILLIS, () -> {
                for (int i = 0; i < 10; i++) {
                    soon(8 * MILLIS, () -> read(node, key));
                }
            });
        });
    }

    /** A failover with a step of the clock, and reads of the same values before and long after. */
    private void failoverAmongReads() {
        int key = anyKey();
        readEverywhere(key);
        soon(7 * SECONDS, () -> {
            network.failOver(lag(), clockStep(), 0);
            for (int i = 0; i < 16; i++) {
                soon(SECONDS, () -> read(anyNode(), key));
            }
        });
        for (int i = 0; i < 40; i++) {
            soon(LENGTH - sim.now() - 1, () -> read(anyNode(), key));
        }
        for (int i = 0; i < 20; i++) {
            soon(4 * SECONDS, () -> read(anyNode(), key));
        }
    }

    private void readEverywhere(int key) {
        nodes.forEach(node -> soon(50 * MILLIS, () -> read(node, key)));
    }

    private Network.Link anyCut() {
        return sim.chance(0.5) ? Network.Link.REFUSED : Network.Link.SILENT;
    }

    private int anyKey() {
        return sim.below(Layout.KEYS);
    }

    // ---- what users do

    /** A few calls around one key, close together or not. */
    private void scene() {
        int key = anyKey();
        long width = sim.chance(0.6) ? 10 * MILLIS : sim.chance(0.5) ? 200 * MILLIS : 3 * SECONDS;
        for (int i = 4 + sim.below(6); i > 0; i--) {
            soon(width, () -> read(anyNode(), key));
        }
        for (int i = sim.below(3); i > 0; i--) {
            soon(width, () -> invalidate(anyNode(), key));
        }
        if (sim.chance(0.3)) {
            soon(width, () -> invalidate(anyNode(), scopeOf(key) + Layout.SCOPE));
        }
        if (sim.chance(0.2)) {
            soon(width, () -> refresh(anyNode(), key));
        }
        if (sim.chance(0.2)) {
            soon(width, () -> invalidate(anyNode(), otherKey(key)));
        }
        if (sim.chance(0.2)) {
            soon(width, this::mishap);
        }
    }

    private void soon(long width, Runnable action) {
        sim.after(sim.between(0, width), action);
    }

    private void read(Node node, int key) {
        if (!node.stopped()) {
            node.near.get(checker.reads(node, key));
        }
    }

    private void refresh(Node node, int key) {
        if (!node.stopped()) {
            node.near.refresh(key, LeaseMode.FORCE, checker.reads(node, key));
        }
    }

    private void invalidate(Node node, int target) {
        invalidate(node, target, () -> lookAgain(node, target));
    }

    private void invalidate(Node node, int target, Runnable returned) {
        if (!node.stopped()) {
            node.invalidations.invalidate(checker.invalidates(node, target, returned));
        }
    }

    /** After an invalidation returned, its keys are read again when it matters. */
    private void lookAgain(Node node, int target) {
        for (int key = 0; key < Layout.KEYS; key++) {
            if (!Layout.covers(target, key)) {
                continue;
            }
            int again = key;
            sim.after(1 + sim.between(0, 3 * MILLIS), () -> read(node, again));
            soon(2 * SECONDS, () -> read(node, again));
            soon(20 * MILLIS, () -> read(anyNode(), again));
            sim.after(Settings.BOUND + sim.between(0, 400 * MILLIS), () -> read(anyNode(), again));
            sim.after(Settings.BOUND + sim.between(0, 6 * SECONDS), () -> read(anyNode(), again));
        }
    }

    private Node anyNode() {
        return nodes.get(sim.below(nodes.size()));
    }

    private int scopeOf(int key) {
        int[] chain = Layout.chain(key);
        return chain[sim.below(chain.length)];
    }

    private int otherKey(int key) {
        return key / 3 * 3 + (key + 1 + sim.below(2)) % 3;
    }

    // ---- what fate does

    private void mishap() {
        Node node = anyNode();
        switch (sim.below(8)) {
            case 0 -> network.failOver(lag(), clockStep(), sim.chance(0.25) ? sim.between(0, 3 * SECONDS) : 0);
            case 1 -> network.restart(sim.between(0, 5 * SECONDS), sim.chance(0.3));
            case 2 -> network.pause(sim.between(0, sim.chance(0.5) ? 100 * MILLIS : 3 * SECONDS));
            case 3 -> node.crash();
            case 4, 5 -> node.stop(sim.between(0, sim.chance(0.5) ? 100 * MILLIS : 6 * SECONDS), sim.chance(0.2));
            case 6 -> network.cut(node, anyCut(), sim.between(1, 5 * SECONDS));
            default -> {
                long duration = sim.between(1, 4 * SECONDS);
                nodes.forEach(each -> network.cut(each, Network.Link.REFUSED, duration));
            }
        }
    }

    private long lag() {
        return sim.chance(0.3) ? 0 : sim.between(0, sim.chance(0.5) ? 50 * MILLIS : 2 * SECONDS);
    }

    private long clockStep() {
        if (sim.chance(0.5)) {
            return 0;
        }
        long most = sim.chance(0.5) ? 3 * SECONDS : 180 * SECONDS;
        return sim.between(-most, most);
    }
}
