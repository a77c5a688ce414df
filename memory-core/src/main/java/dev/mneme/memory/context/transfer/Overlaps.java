package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Finds the writes that met: two that write one record to two stores may reach them in different orders, and then the stores
 * differ for good. No lock is held while stores are written, for they call embedders; instead whoever is the last to leave a
 * record that several wrote at once is told so, and settles it by copying the one store's record to the other.
 *
 * <p>Safe to share between threads. Its lock is held for a look at a few maps.
 */
final class Overlaps {

    private final ReentrantLock lock = new ReentrantLock();

    // guarded by the lock
    private final Map<Place, Writes> writes = new HashMap<>();
    private final List<Watch> watches = new ArrayList<>();

    private record Place(AgentKey agent, String id) {}

    private static final class Writes {
        private int running;
        private boolean haveMet;
    }

    /** Notes which records others write from its opening on; what is being written at that moment is among them. */
    static final class Watch {
        private final Predicate<AgentKey> agents;
        private final Map<AgentKey, Set<String>> written = new HashMap<>();

        private Watch(Predicate<AgentKey> agents) {
            this.agents = agents;
        }

        private void note(AgentKey agent, String id) {
            if (agents.test(agent)) {
                written.computeIfAbsent(agent, any -> new HashSet<>()).add(id);
            }
        }
    }

    Watch watch(Predicate<AgentKey> agents) {
        lock.lock();
        try {
            var watch = new Watch(agents);
            writes.keySet().forEach(place -> watch.note(place.agent, place.id));
            watches.add(watch);
            return watch;
        } finally {
            lock.unlock();
        }
    }

    /** Begins to write these records, each named once. */
    void enter(AgentKey agent, Collection<String> ids) {
        lock.lock();
        try {
            ids.forEach(id -> enter(agent, id));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the watch, and begins to write these records, with nothing between.
     *
     * @return those of them that others wrote while it was open, whose state is not what the caller may have read
     */
    Set<String> enter(AgentKey agent, Collection<String> ids, Watch watch) {
        lock.lock();
        try {
            watches.remove(watch);
            Set<String> written = new HashSet<>(watch.written.getOrDefault(agent, Set.of()));
            written.retainAll(new HashSet<>(ids));
            ids.forEach(id -> enter(agent, id));
            return written;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watch, and begins to write all that others wrote while it was open, with nothing between. */
    Map<AgentKey, Set<String>> enterWritten(Watch watch) {
        lock.lock();
        try {
            watches.remove(watch);
            watch.written.forEach((agent, ids) -> ids.forEach(id -> enter(agent, id)));
            return watch.written;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watch. */
    void forget(Watch watch) {
        lock.lock();
        try {
            watches.remove(watch);
        } finally {
            lock.unlock();
        }
    }

    private void enter(AgentKey agent, String id) {
        Writes there = writes.computeIfAbsent(new Place(agent, id), any -> new Writes());
        there.running++;
        there.haveMet |= there.running > 1;
        watches.forEach(watch -> watch.note(agent, id));
    }

    /**
     * Ends to write these records.
     *
     * @return those that this caller, as the last one, has to settle; it is still in them, and has to leave them again
     */
    Set<String> leave(AgentKey agent, Collection<String> ids) {
        Set<String> unsettled = new HashSet<>();
        lock.lock();
        try {
            for (String id : ids) {
                var place = new Place(agent, id);
                Writes there = writes.get(place);
                if (there == null) {
                    throw new IllegalStateException("a record must be entered before it is left");
                }
                if (there.running > 1) {
                    there.running--;
                } else if (there.haveMet) {
                    there.haveMet = false;
                    unsettled.add(id);
                } else {
                    writes.remove(place);
                }
            }
        } finally {
            lock.unlock();
        }
        return unsettled;
    }

    /** Leaves the records whatever became of them: a write that failed half-way is settled by the next pass. */
    void abandon(AgentKey agent, Collection<String> ids) {
        lock.lock();
        try {
            for (String id : ids) {
                writes.computeIfPresent(new Place(agent, id), (place, there) -> --there.running == 0 ? null : there);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody writes anything. */
    boolean isQuiet() {
        lock.lock();
        try {
            return writes.isEmpty() && watches.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
