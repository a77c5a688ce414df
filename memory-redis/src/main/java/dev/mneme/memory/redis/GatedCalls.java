package dev.mneme.memory.redis;

import dev.mneme.Ticker;
import dev.mneme.memory.redis.internal.LuaScript;
import dev.mneme.memory.redis.internal.RedisCalls;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls through the gate of a {@link Redis}, for packages beside this one. */
final class GatedCalls implements RedisCalls {

    private static final int SCANNED_TOGETHER = 1_000;

    private final Redis redis;

    GatedCalls(Redis redis) {
        this.redis = redis;
    }

    @Override
    public <T> CompletionStage<T> run(LuaScript script, String[] keys, byte[]... arguments) {
        return redis.gate().call(RedisGate.Urgency.PATIENT, commands -> script.<T>run(commands, keys, arguments));
    }

    @Override
    public CompletionStage<KeyScanCursor<String>> scan(@Nullable KeyScanCursor<String> from, String pattern) {
        ScanArgs args = ScanArgs.Builder.limit(SCANNED_TOGETHER).match(pattern);
        // the cursor itself: in a cluster it knows which master it has come to
        return redis.gate()
                .call(
                        RedisGate.Urgency.PATIENT,
                        commands -> from == null ? commands.scan(args) : commands.scan(from, args));
    }

    @Override
    public String line(Throwable failure) {
        Throwable cause = Trouble.cause(failure);
        String refusal = cause instanceof RedisGate.Refused ? cause.getMessage() : null;
        return refusal == null ? Trouble.line(cause) : refusal;
    }

    @Override
    public Hearing hear(String channel, Consumer<byte[]> message, Runnable up) {
        RedisLink<StatefulRedisPubSubConnection<String, byte[]>> link =
                redis.pubSub(made -> subscribe(made, channel, message), new RedisLink.Watcher<>() {
                    @Override
                    public void up(StatefulRedisPubSubConnection<String, byte[]> connection) {
                        up.run();
                    }

                    @Override
                    public void down() {
                        // whoever hears looks for itself from time to time
                    }

                    @Override
                    public void failed(Throwable failure) {
                        // the Redis itself tells of what is wrong with it
                    }
                });
        link.open();
        return new Hearing() {
            @Override
            public boolean isUp() {
                return link.connection() != null;
            }

            @Override
            public void close() {
                link.close();
            }
        };
    }

    private static CompletionStage<?> subscribe(
            StatefulRedisPubSubConnection<String, byte[]> made, String channel, Consumer<byte[]> listener) {
        made.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String from, byte[] message) {
                listener.accept(message);
            }
        });
        return made.async().subscribe(channel);
    }

    @Override
    public boolean isReachable() {
        return redis.isReachable();
    }

    @Override
    public void onChange(Consumer<Boolean> listener) {
        redis.onChange(listener);
    }

    @Override
    public void forget(Consumer<Boolean> listener) {
        redis.forget(listener);
    }

    @Override
    public Ticker ticker() {
        return redis.ticker();
    }

    @Override
    public Duration timeout() {
        return redis.timeout();
    }
}
