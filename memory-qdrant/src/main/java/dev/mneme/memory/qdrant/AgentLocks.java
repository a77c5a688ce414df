package dev.mneme.memory.qdrant;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.qdrant.Calls.What;
import dev.mneme.memory.qdrant.Calls.Work;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Lets changes of one agent's memory come one after the other within this process, so that each can say truly what became of
 * it. A fixed number of locks: agents may share one. Waits no longer than the deadline of the calling thread.
 */
final class AgentLocks {

    private final ReentrantLock[] locks =
            Stream.generate(ReentrantLock::new).limit(256).toArray(ReentrantLock[]::new);

    private final QdrantOptions options;
    private final Calls calls;

    AgentLocks(QdrantOptions options, Calls calls) {
        this.options = options;
        this.calls = calls;
    }

    <T> T whileHeld(AgentKey agent, Work<T> work) {
        ReentrantLock lock = locks[Math.floorMod(agent.hashCode(), locks.length)];
        try {
            if (!lock.tryLock(calls.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new ContextStoreAwayException(
                        What.WRITE.failed(options)
                                + ": earlier changes of this agent's memory are not done; this request changed nothing",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContextStoreException(
                    What.WRITE.failed(options) + ": the thread was interrupted; this request changed nothing", e);
        }
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }
}
