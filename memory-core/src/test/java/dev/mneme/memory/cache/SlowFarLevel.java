package dev.mneme.memory.cache;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import dev.mneme.memory.cache.spi.FarLevel;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseAnswer;
import dev.mneme.memory.cache.spi.LeaseMode;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A far level whose answers take a while to come back, once they are made. */
final class SlowFarLevel implements FarLevel {

    private final FarLevel behind;
    private final Runnable onTheWayBack;

    SlowFarLevel(FarLevel behind, Runnable onTheWayBack) {
        this.behind = behind;
        this.onTheWayBack = onTheWayBack;
    }

    private <T> T back(T answer) {
        onTheWayBack.run();
        return answer;
    }

    @Override
    public CompletionStage<List<FarRead>> read(List<FarKey> keys) {
        return behind.read(keys).thenApply(this::back);
    }

    @Override
    public CompletionStage<LeaseAnswer> lease(
            FarKey key, LeaseMode mode, Duration leaseFor, @Nullable String unreadable) {
        return behind.lease(key, mode, leaseFor, unreadable).thenApply(this::back);
    }

    @Override
    public CompletionStage<Boolean> fill(
            FarKey key, String token, byte @Nullable [] payload, Duration ttl, Duration staleFor) {
        return behind.fill(key, token, payload, ttl, staleFor);
    }

    @Override
    public CompletionStage<Void> release(FarKey key, String token) {
        return behind.release(key, token);
    }

    @Override
    public CompletionStage<Ack> invalidate(List<FarKey> keys, boolean replicated) {
        return behind.invalidate(keys, replicated);
    }

    @Override
    public CompletionStage<Ack> invalidateScope(Dropped scope, int schema, boolean replicated) {
        return behind.invalidateScope(scope, schema, replicated);
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        return behind.erase(tenant);
    }

    @Override
    public <V> ValueCodec<V> codec(Type type) {
        return behind.codec(type);
    }

    @Override
    public State state() {
        return behind.state();
    }

    @Override
    public void close() {
        behind.close();
    }
}
