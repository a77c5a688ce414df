package dev.mneme.bus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The agents of a bus by name, and who is told when they come and go. */
final class Agents {

    /** Told under no lock. */
    interface Watcher {

        void appeared(Mailbox agent);

        void gone(Mailbox agent);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Mailbox> byName = new LinkedHashMap<>();
    private List<Watcher> watchers = List.of();
    private boolean closed;

    void add(Mailbox mailbox) {
        List<Watcher> watching;
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        "the bus was drained; agent " + mailbox.name() + " cannot be registered");
            }
            if (byName.containsKey(mailbox.name())) {
                throw new IllegalArgumentException(
                        "an agent's name must be its own; there is another agent named " + mailbox.name());
            }
            if (byName.size() >= AgentBus.MAX_AGENTS) {
                throw new IllegalArgumentException("there must be at most " + AgentBus.MAX_AGENTS + " agents, and are");
            }
            byName.put(mailbox.name(), mailbox);
            watching = watchers;
        } finally {
            lock.unlock();
        }
        watching.forEach(watcher -> watcher.appeared(mailbox));
    }

    /** Nothing if it is gone. */
    void remove(Mailbox mailbox) {
        List<Watcher> watching;
        lock.lock();
        try {
            watching = byName.remove(mailbox.name(), mailbox) ? watchers : List.of();
        } finally {
            lock.unlock();
        }
        watching.forEach(watcher -> watcher.gone(mailbox));
    }

    /** In the order in which they were added. */
    List<Mailbox> all() {
        lock.lock();
        try {
            return List.copyOf(byName.values());
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more of them; answers those there are. */
    List<Mailbox> close() {
        lock.lock();
        try {
            closed = true;
            return List.copyOf(byName.values());
        } finally {
            lock.unlock();
        }
    }

    /** Tells of every agent there is now, and of those that come and go later. */
    void watch(Watcher watcher) {
        List<Mailbox> present;
        lock.lock();
        try {
            List<Watcher> more = new ArrayList<>(watchers);
            more.add(watcher);
            watchers = List.copyOf(more);
            present = List.copyOf(byName.values());
        } finally {
            lock.unlock();
        }
        present.forEach(watcher::appeared);
    }
}
