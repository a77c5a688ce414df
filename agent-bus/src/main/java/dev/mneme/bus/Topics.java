package dev.mneme.bus;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/** The topics of a bus by name. */
final class Topics {

    private final Parts parts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Topic<?>> byName = new LinkedHashMap<>();

    Topics(Parts parts) {
        this.parts = parts;
    }

    <E> Topic<E> get(String name, Class<E> type) {
        AgentSpec.checkName("a topic's name", name);
        lock.lock();
        try {
            Topic<?> known = byName.get(name);
            if (known == null) {
                if (byName.size() >= AgentBus.MAX_TOPICS) {
                    throw new IllegalArgumentException(
                            "there must be at most " + AgentBus.MAX_TOPICS + " topics, and are");
                }
                Topic<E> made = new Topic<>(name, type, parts);
                byName.put(name, made);
                return made;
            }
            if (known.type() != type) {
                throw new IllegalArgumentException("topic " + name + " must be of "
                        + known.type().getName() + ", as it was made, was asked for of " + type.getName());
            }
            @SuppressWarnings("unchecked") // its type was compared
            Topic<E> typed = (Topic<E>) known;
            return typed;
        } finally {
            lock.unlock();
        }
    }

    /** The agent is gone. */
    void forget(Mailbox agent) {
        all().forEach(topic -> topic.remove(agent));
    }

    long sum(ToLongFunction<Topic<?>> count) {
        return all().stream().mapToLong(count).sum();
    }

    private List<Topic<?>> all() {
        lock.lock();
        try {
            return List.copyOf(byName.values());
        } finally {
            lock.unlock();
        }
    }
}
