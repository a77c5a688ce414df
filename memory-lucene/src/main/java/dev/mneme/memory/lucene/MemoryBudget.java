package dev.mneme.memory.lucene;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How much heap the memories of a store's agents may take together. When it is overdrawn, those that were used longest ago
 * are dropped, but none that a call is using; they are read from the index again when they are needed.
 *
 * <p>So it is overdrawn at most by the memories in use at the moment. Safe to share between threads; waits for no agent.
 */
final class MemoryBudget {

    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    /** What each agent takes, the one that was used longest ago first; guarded by the lock, as is all below. */
    private final Map<LuceneAgentContext, Long> held = new LinkedHashMap<>(16, 0.75f, true);

    private long total;
    private long highest;
    private long drops;

    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Notes that the agent was used just now. */
    void used(LuceneAgentContext agent) {
        lock.lock();
        try {
            held.get(agent);
        } finally {
            lock.unlock();
        }
    }

    /** Notes how much the agent takes, which is in use; drops others as far as that is needed and possible. */
    void hold(LuceneAgentContext agent, long bytes) {
        dropBeside(agent, bytes);
        lock.lock();
        try {
            Long before = held.put(agent, bytes);
            total += bytes - (before == null ? 0 : before);
            highest = Math.max(highest, total);
        } finally {
            lock.unlock();
        }
    }

    private void dropBeside(LuceneAgentContext agent, long bytes) {
        for (LuceneAgentContext idle : eldestBeside(agent, bytes)) {
            if (idle.tryDrop()) {
                lock.lock();
                try {
                    drops++;
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    /** So many of those used longest ago that without them there is room for the agent to take so much. */
    private List<LuceneAgentContext> eldestBeside(LuceneAgentContext agent, long bytes) {
        lock.lock();
        try {
            Long before = held.get(agent);
            long over = total + bytes - (before == null ? 0 : before) - limit;
            var eldest = new ArrayList<LuceneAgentContext>();
            for (Map.Entry<LuceneAgentContext, Long> one : held.entrySet()) {
                if (over <= 0) {
                    break;
                }
                if (one.getKey() != agent && one.getKey().isIdle()) {
                    eldest.add(one.getKey());
                    over -= one.getValue();
                }
            }
            return eldest;
        } finally {
            lock.unlock();
        }
    }

    /** Notes that the agent takes nothing any more. */
    void release(LuceneAgentContext agent) {
        lock.lock();
        try {
            Long before = held.remove(agent);
            total -= before == null ? 0 : before;
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            held.clear();
            total = 0;
        } finally {
            lock.unlock();
        }
    }

    /** The most that was taken at any time. */
    long highest() {
        lock.lock();
        try {
            return highest;
        } finally {
            lock.unlock();
        }
    }

    /** How many times an agent was dropped. */
    long drops() {
        lock.lock();
        try {
            return drops;
        } finally {
            lock.unlock();
        }
    }
}
