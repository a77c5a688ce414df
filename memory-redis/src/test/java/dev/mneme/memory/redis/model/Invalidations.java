package dev.mneme.memory.redis.model;

import dev.mneme.memory.redis.model.Checker.Invalidation;
import dev.mneme.memory.redis.model.Server.Execution;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A node's invalidations: sent, or queued until Redis is back, and remembered for a while. */
final class Invalidations {

    private static final class Queued {
        long sequence;
        final List<Invalidation> calls = new ArrayList<>();
    }

    private record Recent(long at, int target) {}

    private final Node node;
    private final Rules rules;
    private final Map<Integer, Queued> queue = new LinkedHashMap<>();
    private final Set<Integer> replaying = new HashSet<>();
    private final Deque<Recent> recent = new ArrayDeque<>();
    private long sequences;

    Invalidations(Node node) {
        this.node = node;
        this.rules = node.rules;
    }

    boolean bypasses(int key) {
        if (!rules.keep(Rule.QUEUED_KEYS_BYPASS_REDIS)) {
            return false;
        }
        boolean scopes = rules.keep(Rule.KEYS_OF_QUEUED_SCOPES_BYPASS_REDIS);
        for (int target : queue.keySet()) {
            if (Layout.covers(target, key) && (scopes || !Layout.isScope(target))) {
                return true;
            }
        }
        return false;
    }

    void invalidate(Invalidation call) {
        int target = call.target;
        node.then(() -> {
            if (queue.containsKey(target) || node.away()) {
                pend(call);
            } else if (rules.keep(Rule.DROP_AFTER_THE_REPLY)) {
                send(target, execution -> drop(target, () -> done(call, execution)), () -> pend(call));
            } else {
                drop(target, () -> send(target, execution -> done(call, execution), () -> pend(call)));
            }
        });
    }

    private void done(Invalidation call, Execution execution) {
        recent.add(new Recent(node.mono(), call.target));
        call.done(execution);
    }

    private void pend(Invalidation call) {
        if (rules.keep(Rule.QUEUE_BEFORE_DROP)) {
            node.then(() -> {
                enqueue(call);
                drop(call.target, call::pending);
            });
        } else {
            drop(call.target, () -> {
                enqueue(call);
                call.pending();
            });
        }
    }

    private void drop(int target, Runnable after) {
        List<Runnable> steps = new ArrayList<>(node.near.drop(target));
        steps.add(after);
        node.inTurn(steps);
    }

    private void send(int target, Consumer<Execution> ok, Runnable failed) {
        long random = node.sim.token();
        node.network.call(
                node,
                Settings.CONTROL_TIMEOUT,
                true,
                server -> server.invalidate(node.sim.now(), node.schema, target, random),
                ok,
                failed,
                late -> {});
    }

    // ---- the queue

    private void enqueue(Invalidation call) {
        queued(call.target).calls.add(call);
        if (queue.size() <= Settings.QUEUE_CAPACITY) {
            return;
        }
        node.statistics.collapsed++;
        for (int target : List.copyOf(queue.keySet())) {
            if (Layout.isScope(target)) {
                continue;
            }
            Queued key = queue.remove(target);
            if (rules.keep(Rule.OVERFLOW_COLLAPSES)) {
                queued(Layout.root(target) + Layout.SCOPE).calls.addAll(key.calls);
            }
        }
    }

    private Queued queued(int target) {
        Queued queued = queue.computeIfAbsent(target, t -> new Queued());
        queued.sequence = ++sequences;
        return queued;
    }

    /** Sends what is queued; called when a heartbeat came back. */
    void replay() {
        for (int target : List.copyOf(queue.keySet())) {
            if (!replaying.add(target)) {
                continue;
            }
            Queued sent = queue.get(target);
            long sequence = sent.sequence;
            List<Invalidation> calls = List.copyOf(sent.calls);
            node.whenReplaying.accept(node);
            node.then(() -> send(
                    target,
                    execution -> node.then(() -> {
                        replaying.remove(target);
                        node.statistics.replayed++;
                        calls.forEach(call -> call.replayed(execution));
                        recent.add(new Recent(node.mono(), target));
                        Queued now = queue.get(target);
                        if (now != null && (now.sequence == sequence || !rules.keep(Rule.REPLAY_ENDS_ONLY_ITS_OWN))) {
                            queue.remove(target);
                        }
                    }),
                    () -> replaying.remove(target)));
        }
    }

    /** After a change of the server: what it may have lost is sent once more, whatever becomes of it. */
    void sendRecentAgain() {
        long since = node.mono() - Settings.REMEMBERED_FOR;
        Set<Integer> targets = new HashSet<>();
        for (Recent one : recent) {
            if (one.at >= since && targets.add(one.target)) {
                send(one.target, execution -> {}, () -> {});
            }
        }
    }
}
