package dev.mneme.memory.redis.model;

import static dev.mneme.memory.redis.model.Simulation.MILLIS;
import static dev.mneme.memory.redis.model.Simulation.SECONDS;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Redis as the nodes see it: which process is the master, what becomes of a request on the way there and back, and what
 * the bus makes of a message. A request may arrive late, more than once, on another master, or not at all; a reply may
 * be lost; nothing here keeps the order of two requests.
 */
final class Network {

    enum Link {
        UP,
        REFUSED,
        SILENT
    }

    private final Simulation sim;
    private final Rules rules;
    private final Settings settings;
    private final Statistics statistics;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Runnable> heldByPause = new ArrayList<>();
    private Server master;
    private @Nullable Server formerMaster;
    private int runs;
    /** Set by a plot that needs late copies of what is sent now. */
    boolean repeatsNow;

    private final List<Server> former = new ArrayList<>();
    /** How far failovers have set the server's clock back, all together. */
    long steppedBack;

    Network(Simulation sim, Rules rules, Settings settings, Statistics statistics) {
        this.sim = sim;
        this.rules = rules;
        this.settings = settings;
        this.statistics = statistics;
        this.master = server(Server.nothing(), sim.between(0, 1_000) * SECONDS);
    }

    private Server server(Object[] data, long clockOffset) {
        Server[] self = new Server[1];
        self[0] = new Server(++runs, data, clockOffset, rules, settings, message -> publish(self[0], message));
        return self[0];
    }

    void attach(Node node) {
        nodes.add(node);
        node.server = master;
    }

    // ---- requests

    /**
     * Sends a script; exactly one of {@code ok} and {@code failed} is then called as a step of the node, and
     * {@code late} if the answer comes after {@code failed}.
     */
    <T> void call(
            Node node,
            long timeout,
            boolean mayRepeat,
            Function<Server, T> script,
            Consumer<T> ok,
            Runnable failed,
            Consumer<T> late) {
        if (node.link == Link.REFUSED) {
            node.then(failed);
            return;
        }
        boolean[] settled = new boolean[1];
        Consumer<T> answered = node.here(answer -> {
            if (settled[0]) {
                late.accept(answer);
            } else {
                settled[0] = true;
                ok.accept(answer);
            }
        });
        Server target = node.server;
        boolean silent = node.link == Link.SILENT;
        long way = way();
        if (!silent || sim.chance(0.3)) {
            long delay = silent ? way + sim.between(0, 3 * SECONDS) : way;
            sim.after(delay, () -> arrive(node, target, mayRepeat, script, answered));
        }
        if (mayRepeat && sim.chance(repeatsNow ? 0.7 : settings.repeatedScripts())) {
            statistics.repeatedScripts++;
            sim.after(
                    way + sim.between(0, sim.chance(0.5) && !repeatsNow ? 5 * MILLIS : 4 * SECONDS),
                    () -> arrive(node, node.server, false, script, answer -> {}));
        }
        sim.after(timeout, node.here(() -> {
            if (!settled[0]) {
                settled[0] = true;
                failed.run();
            }
        }));
    }

    private <T> void arrive(
            Node node, Server target, boolean mayRepeat, Function<Server, T> script, Consumer<T> answered) {
        if (target.dead) {
            if (mayRepeat && sim.chance(0.5)) {
                // the client sends again what a dead connection had not answered
                sim.after(sim.between(0, 2 * SECONDS), () -> arrive(node, node.server, false, script, answered));
            }
            return;
        }
        if (target.paused) {
            heldByPause.add(() -> arrive(node, target, mayRepeat, script, answered));
            return;
        }
        T answer = script.apply(target);
        if (node.link == Link.UP && !sim.chance(settings.lostReplies())) {
            sim.after(way(), () -> answered.accept(answer));
        }
    }

    private long way() {
        if (sim.chance(settings.lateScripts())) {
            return sim.between(10 * MILLIS, sim.chance(0.5) ? 60 * MILLIS : 3 * SECONDS);
        }
        return sim.between(20, sim.chance(0.2) ? 8 * MILLIS : 400);
    }

    // ---- the bus

    private void publish(Server server, Server.Message message) {
        for (Node node : nodes) {
            int copies = sim.chance(settings.busDuplicates()) ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                if (node.server != server || node.link != Link.UP || sim.chance(settings.busLoss())) {
                    statistics.lostMessages++;
                    continue;
                }
                long delay = sim.chance(0.1) ? sim.between(0, 2 * SECONDS) : way();
                long arrival = sim.now() + delay;
                if (!settings.busReorders()) {
                    arrival = Math.max(arrival, node.lastMessageAt);
                    node.lastMessageAt = arrival;
                }
                sim.at(arrival, node.here(() -> node.received(message)));
            }
        }
    }

    // ---- what may happen to Redis

    /** Stops answering for a while; what arrives meanwhile runs afterwards. */
    void pause(long duration) {
        Server server = master;
        server.paused = true;
        sim.note(() -> "Redis stops");
        sim.after(duration, () -> {
            server.paused = false;
            sim.note(() -> "Redis goes on");
            List<Runnable> held = List.copyOf(heldByPause);
            heldByPause.clear();
            held.forEach(Runnable::run);
        });
    }

    /**
     * The replica takes over, without the last {@code lag} of the log and with a clock of its own. With {@code split}
     * above 0 some nodes stay with the former master for that long.
     */
    void failOver(long lag, long clockStep, long split) {
        if (formerMaster != null) {
            return;
        }
        Server old = master;
        master = server(old.dataOf(sim.now() - lag), old.clockOffset() + clockStep);
        statistics.failovers++;
        steppedBack += Math.max(0, -clockStep);
        former.add(old);
        sim.note(() -> "failover: the last " + lag / MILLIS + " ms are lost, the clock steps by " + clockStep / MILLIS
                + " ms" + (split > 0 ? ", split" : ""));
        if (split == 0) {
            old.dead = true;
            for (Node node : nodes) {
                reconnect(node, sim.between(0, 800 * MILLIS));
            }
            return;
        }
        formerMaster = old;
        old.split = true;
        master.split = true;
        for (Node node : nodes) {
            if (sim.chance(0.5)) {
                reconnect(node, sim.between(0, 800 * MILLIS));
            }
        }
        sim.after(split, () -> {
            old.dead = true;
            master.split = false;
            formerMaster = null;
            sim.note(() -> "the former master is gone");
            nodes.stream().filter(node -> node.server == old).forEach(node -> reconnect(node, 0));
        });
    }

    /** Starts anew with what it had {@code lag} ago, or with nothing. */
    void restart(long lag, boolean empty) {
        if (formerMaster != null) {
            return;
        }
        Server old = master;
        old.dead = true;
        Object[] data = old.dataOf(sim.now() - lag);
        master = server(empty ? Server.nothing() : data, old.clockOffset());
        former.add(old);
        if (empty) {
            former.forEach(server -> server.dataOf(-1));
        }
        statistics.restarts++;
        sim.note(() -> "Redis restarts " + (empty ? "empty" : "with what it had " + lag / MILLIS + " ms ago"));
        nodes.forEach(node -> reconnect(node, sim.between(0, 800 * MILLIS)));
    }

    private void reconnect(Node node, long after) {
        node.server = master;
        cut(node, sim.chance(0.5) ? Link.REFUSED : Link.SILENT, after);
    }

    void cut(Node node, Link how, long duration) {
        if (duration == 0 || node.link != Link.UP) {
            return;
        }
        node.link = how;
        sim.note(() -> node + " is cut off (" + how + ")");
        sim.after(duration, () -> {
            node.link = Link.UP;
            sim.note(() -> node + " is connected");
        });
    }
}
