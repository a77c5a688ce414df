package dev.mneme.memory.redis.internal;

import dev.mneme.Ticker;
import dev.mneme.memory.redis.Redis;
import io.lettuce.core.KeyScanCursor;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What other packages of this module do with a {@link Redis}. Safe for use by many threads. */
public interface RedisCalls {

    /** What is published on a channel, until this is closed. */
    interface Hearing extends AutoCloseable {

        /** Whether messages come now. */
        boolean isUp();

        @Override
        void close();
    }

    /** The calls of a Redis. */
    static RedisCalls of(Redis redis) {
        return Door.open(redis);
    }

    /**
     * Runs a script if calls are let through now; it is sent once at most.
     *
     * @return completed on the client's threads; what a failure means is told by {@link #line}
     */
    <T> CompletionStage<T> run(LuaScript script, String[] keys, byte[]... arguments);

    /**
     * A part of the names of all keys, on all masters of a cluster.
     *
     * @param from the answer before; null to begin
     * @param pattern as Redis matches keys
     */
    CompletionStage<KeyScanCursor<String>> scan(@Nullable KeyScanCursor<String> from, String pattern);

    /** What a failure means, in one line for an operator, without keys and addresses. */
    String line(Throwable failure);

    /**
     * Hears a channel, over a connection of its own that is kept up. Messages may be lost at any time.
     *
     * @param message called on the client's threads; must be quick
     * @param up called on a timer's thread whenever the connection is there (again); must be quick
     */
    Hearing hear(String channel, Consumer<byte[]> message, Runnable up);

    /** Whether calls are let through now. */
    boolean isReachable();

    /** Tells whether calls are let through, whenever that changes; must be quick. */
    void onChange(Consumer<Boolean> listener);

    void forget(Consumer<Boolean> listener);

    Ticker ticker();

    /** After how long a call has failed. */
    Duration timeout();

    /** Where {@link Redis} hands out its calls; set once, by the class itself. */
    final class Door {

        private static volatile @Nullable Function<Redis, RedisCalls> door;

        private Door() {}

        public static void set(Function<Redis, RedisCalls> opener) {
            door = opener;
        }

        private static RedisCalls open(Redis redis) {
            Function<Redis, RedisCalls> opener = door;
            if (opener == null) {
                throw new IllegalStateException("a Redis exists only once its class is initialised, this one does not");
            }
            return opener.apply(redis);
        }
    }
}
