package dev.mneme.memory.history;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this process holds of each conversation: gone when nothing was written for its time to live, out of the heap within
 * about a second of that, and the least used first when there are too many.
 */
final class Conversations<S> {

    private final Cache<SessionKey, S> kept;
    private final Supplier<S> empty;
    private final LongAdder evicted;

    Conversations(Supplier<S> empty, long most, Duration ttl, Ticker ticker, LongAdder evicted) {
        this.empty = empty;
        this.evicted = evicted;
        this.kept = Caffeine.newBuilder()
                .maximumSize(most)
                .expireAfterWrite(ttl)
                .ticker(ticker::nanos)
                // what is past its time must not wait for the next call to be let go
                .scheduler(Scheduler.systemScheduler())
                .executor(Runnable::run)
                .evictionListener(this::evicted)
                .build();
    }

    private void evicted(@Nullable SessionKey key, @Nullable S state, RemovalCause cause) {
        if (cause == RemovalCause.SIZE) {
            evicted.increment();
        }
    }

    @Nullable
    S find(SessionKey key) {
        return kept.getIfPresent(key);
    }

    /** Changes what is held, made empty if there is nothing; the time to live begins anew. */
    void change(SessionKey key, Consumer<S> change) {
        kept.asMap().compute(key, (same, present) -> {
            S state = present == null ? empty.get() : present;
            change.accept(state);
            return state;
        });
    }

    @Nullable
    S remove(SessionKey key) {
        return kept.asMap().remove(key);
    }

    /** Removes all of a tenant's, and hands each over. */
    void removeAll(Tenant tenant, Consumer<S> removed) {
        for (SessionKey key : kept.asMap().keySet()) {
            if (key.tenant().equals(tenant)) {
                S state = remove(key);
                if (state != null) {
                    removed.accept(state);
                }
            }
        }
    }

    long count() {
        kept.cleanUp();
        return kept.estimatedSize();
    }
}
