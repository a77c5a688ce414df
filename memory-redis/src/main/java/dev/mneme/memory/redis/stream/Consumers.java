package dev.mneme.memory.redis.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.Tenant;
import dev.mneme.events.stream.ConsumerGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The subscriptions of a stream on this node, and what they hear. */
final class Consumers {

    private final Duration timeout;
    private final List<RedisConsumer> all = new CopyOnWriteArrayList<>();

    /**
     * @param timeout after how long a call to Redis has failed
     */
    Consumers(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * @throws IllegalArgumentException if another of its group has other settings
     */
    void add(RedisConsumer consumer) {
        ConsumerGroup settings = consumer.settings();
        for (RedisConsumer other : all) {
            ConsumerGroup present = other.settings();
            if (present.name().equals(settings.name()) && !consumeAlike(present, settings)) {
                throw new IllegalArgumentException(
                        "all subscriptions of a group must have the same settings and types; group '" + settings.name()
                                + "' has others");
            }
        }
        all.add(consumer);
    }

    void left(RedisConsumer consumer) {
        all.remove(consumer);
    }

    Duration timeout() {
        return timeout;
    }

    /** Something may be new. Called on the client's threads. */
    void ring() {
        all.forEach(RedisConsumer::ring);
    }

    /** A message of the stream's channel came. Called on the client's threads. */
    void rung(byte[] message) {
        switch (message.length == 0 ? ' ' : (char) message[0]) {
            case 'n' -> ring();
            case 'r' -> all.forEach(RedisConsumer::ringReleased);
            case 'e' -> forget(Tenant.of(new String(message, 1, message.length - 1, UTF_8)));
            default -> {
                // of a later version
            }
        }
    }

    void reachable(boolean now) {
        if (now) {
            all.forEach(RedisConsumer::ringReachable);
        }
    }

    void forget(Tenant tenant) {
        all.forEach(consumer -> consumer.forget(tenant));
    }

    /** Closes them, each within its time, which runs for all at once. */
    void close() {
        List<RedisConsumer> closing = new ArrayList<>(all);
        closing.removeIf(consumer -> !consumer.stopTaking());
        long begun = System.nanoTime();
        for (RedisConsumer consumer : closing) {
            consumer.finish(begun + consumer.settings().drainFor().toNanos());
        }
    }

    private static boolean consumeAlike(ConsumerGroup one, ConsumerGroup other) {
        return one.maxConcurrency() == other.maxConcurrency()
                && one.maxDeliveries() == other.maxDeliveries()
                && one.retryAfter().equals(other.retryAfter())
                && one.dispatch().types().equals(other.dispatch().types());
    }
}
