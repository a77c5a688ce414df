package dev.mneme.memory.redis.model;

import static dev.mneme.memory.redis.model.Layout.BUCKETS;
import static dev.mneme.memory.redis.model.Simulation.MILLIS;
import static dev.mneme.memory.redis.model.Simulation.SECONDS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process: its clock, its threads, its link to Redis, and what it does with messages and
 * heartbeats (on any thread: their order is not relied upon). Everything it does is cut into
 * steps; between two steps a thread may rest, and the whole node may be stopped or crash.
 */
final class Node {

    final int number;
    final Simulation sim;
    final Rules rules;
    final Settings settings;
    final Network network;
    final Checker checker;
    final Statistics statistics;

    // the machine
    int schema;
    Server server;
    Network.Link link = Network.Link.UP;
    long lastMessageAt;
    private final long rate;
    private final long clockOffset;
    private int life;
    private boolean stopped;
    private boolean suspended;
    private long suspendedSince;
    private long suspendedFor;
    private final List<Runnable> held = new ArrayList<>();

    // fate may look on, to strike at the worst moment
    Consumer<Node> whenReplaying = node -> {};
    Consumer<Integer> whenVersionIsUnknown = bucket -> {};

    // the process
    NearLevel near;
    Invalidations invalidations;
    final Server.@Nullable Version[] applied = new Server.@Nullable Version[BUCKETS];
    final long[] trustedUntil = new long[BUCKETS];
    private final boolean[] unchangedBeat = new boolean[BUCKETS];
    private final long[] serverAhead = new long[BUCKETS];
    private final @Nullable Server[] estimateOf = new Server[BUCKETS];
    private int failedBeats;
    private @Nullable Server known;

    Node(
            int number,
            int schema,
            Simulation sim,
            Rules rules,
            Settings settings,
            Network network,
            Checker checker,
            Statistics statistics) {
        this.number = number;
        this.schema = schema;
        this.sim = sim;
        this.rules = rules;
        this.settings = settings;
        this.network = network;
        this.checker = checker;
        this.statistics = statistics;
        this.rate = sim.between(-100, 100);
        this.clockOffset = sim.between(-1_000, 1_000) * SECONDS;
        network.attach(this);
        start();
    }

    private void start() {
        near = new NearLevel(this);
        invalidations = new Invalidations(this);
        Arrays.fill(applied, null);
        Arrays.fill(trustedUntil, Long.MIN_VALUE / 4);
        Arrays.fill(estimateOf, null);
        failedBeats = 0;
        known = null;
        sim.after(sim.between(0, 300 * MILLIS), here(this::beat));
    }

    // ---- the machine

    int life() {
        return life;
    }

    boolean stopped() {
        return stopped;
    }

    /** The monotonic clock, which a suspended machine does not advance. */
    long mono() {
        long run = sim.now() - suspendedFor - (suspended ? sim.now() - suspendedSince : 0);
        return run + run * rate / 1_000_000 + clockOffset;
    }

    long suspendedFor() {
        return suspendedFor;
    }

    void crash() {
        if (stopped) {
            return;
        }
        sim.note(() -> this + " crashes");
        statistics.crashes++;
        life++;
        start();
    }

    void stop(long duration, boolean suspend) {
        if (stopped) {
            return;
        }
        statistics.stops++;
        sim.note(() -> this + (suspend ? " is suspended" : " is stopped"));
        stopped = true;
        suspended = suspend;
        suspendedSince = sim.now();
        sim.after(duration, () -> {
            suspendedFor += suspended ? sim.now() - suspendedSince : 0;
            stopped = false;
            suspended = false;
            sim.note(() -> this + " goes on");
            List<Runnable> steps = List.copyOf(held);
            held.clear();
            steps.forEach(step -> sim.after(sim.between(0, 50), step));
        });
    }

    /** A step of this life of the node: not run after a crash, and held while the node is stopped. */
    Runnable here(Runnable step) {
        int born = life;
        return new Runnable() {
            @Override
            public void run() {
                if (born != life) {
                    return;
                }
                if (stopped) {
                    held.add(this);
                } else {
                    step.run();
                }
            }
        };
    }

    <T> Consumer<T> here(Consumer<T> step) {
        int born = life;
        return value -> {
            if (born == life) {
                here(() -> step.accept(value)).run();
            }
        };
    }

    /** The thread's next step: at once, or after a rest. */
    void then(Runnable step) {
        if (!sim.chance(settings.preemption())) {
            step.run();
        } else if (sim.chance(settings.longPreemption())) {
            sim.after(sim.between(0, 3 * SECONDS), here(step));
        } else {
            sim.after(sim.between(0, sim.chance(0.5) ? 100 : 3 * MILLIS), here(step));
        }
    }

    /** The steps of one thread, one after the other. */
    void inTurn(Runnable... steps) {
        inTurn(List.of(steps));
    }

    void inTurn(List<Runnable> steps) {
        inTurn(0, steps);
    }

    private void inTurn(int next, List<Runnable> steps) {
        if (next < steps.size()) {
            then(() -> {
                steps.get(next).run();
                inTurn(next + 1, steps);
            });
        }
    }

    // ---- trust

    boolean trusted(int bucket, long now) {
        return now < trustedUntil[bucket];
    }

    boolean servesStale(int key, long now) {
        int bucket = Layout.bucket(key);
        boolean ended = rules.keep(Rule.STALE_HAS_AN_END) && now >= trustedUntil[bucket] + Settings.STALE_MAX;
        return settings.stale(key) && !ended;
    }

    boolean beatUnchanged(int bucket) {
        return unchangedBeat[bucket];
    }

    boolean away() {
        return failedBeats > 1;
    }

    /** The server's time now, too late rather than too early, or a negative number if it is not known. */
    long serverTime(int bucket, Server from) {
        boolean usable = estimateOf[bucket] != null
                && (estimateOf[bucket] == from || !rules.keep(Rule.AN_ESTIMATE_BELONGS_TO_ITS_SERVER));
        return usable ? mono() + serverAhead[bucket] : -1;
    }

    // ---- messages and heartbeats

    private void beat() {
        sim.after(Settings.BEAT_EVERY, here(this::beat));
        for (int b = 0; b < BUCKETS; b++) {
            int bucket = b;
            long sentAt = mono();
            then(() -> network.call(
                    this,
                    Settings.CONTROL_TIMEOUT,
                    false,
                    server -> server.beat(sim.now(), bucket),
                    beat -> beaten(bucket, beat, sentAt),
                    () -> failedBeats++,
                    beat -> beaten(bucket, beat, sentAt)));
        }
    }

    private void beaten(int bucket, Server.Beat beat, long sentAt) {
        failedBeats = 0;
        Runnable estimate = () -> {
            serverAhead[bucket] = beat.time() - sentAt;
            estimateOf[bucket] = beat.server();
            if (known != null && known != beat.server()) {
                invalidations.sendRecentAgain();
            }
            known = beat.server();
            invalidations.replay();
        };
        Server.Version version = beat.version();
        if (version == null) {
            long random = sim.token();
            Runnable create = () -> network.call(
                    this,
                    Settings.CONTROL_TIMEOUT,
                    true,
                    server -> {
                        server.createVersion(sim.now(), bucket, random);
                        return true;
                    },
                    created -> {},
                    () -> {},
                    created -> {});
            List<Runnable> steps = new ArrayList<>(List.of(estimate));
            steps.addAll(near.flush(bucket));
            steps.add(create);
            inTurn(steps);
            return;
        }
        Runnable trust = () -> {
            long from = rules.keep(Rule.TRUST_COUNTS_FROM_THE_SEND) ? sentAt : mono();
            trustedUntil[bucket] = from + Settings.BOUND;
        };
        inTurn(estimate, () -> {
            if (version.equals(applied[bucket])) {
                unchangedBeat[bucket] = true;
                then(trust);
                return;
            }
            unchangedBeat[bucket] = false;
            statistics.flushes++;
            whenVersionIsUnknown.accept(bucket);
            Runnable record = () -> applied[bucket] = version;
            List<Runnable> steps = new ArrayList<>(List.of(record, trust));
            if (rules.keep(Rule.UNKNOWN_VERSIONS_FLUSH)) {
                steps.addAll(rules.keep(Rule.FLUSH_BEFORE_TRUST) ? 0 : 2, near.flush(bucket));
            }
            inTurn(steps);
        });
    }

    void received(Server.Message message) {
        int bucket = message.bucket();
        Runnable record = () -> {
            boolean inTurn =
                    message.predecessor() != null && message.predecessor().equals(applied[bucket]);
            if (inTurn || !rules.keep(Rule.MESSAGES_RECORD_ONLY_IN_TURN)) {
                statistics.inTurn++;
                applied[bucket] = message.version();
            }
        };
        List<Runnable> steps = new ArrayList<>();
        if (rules.keep(Rule.MESSAGES_KILL)) {
            steps.addAll(near.drop(message.target()));
        }
        steps.add(rules.keep(Rule.MESSAGES_KILL_BEFORE_THEY_RECORD) ? steps.size() : 0, record);
        inTurn(steps);
    }

    @Override
    public String toString() {
        return "n" + number + (life > 0 ? "'" + life : "");
    }
}
