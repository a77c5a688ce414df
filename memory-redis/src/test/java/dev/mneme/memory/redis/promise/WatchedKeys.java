package dev.mneme.memory.redis.promise;

import dev.mneme.memory.cache.KeyCodec;
import java.util.Set;

/** Notes on which threads it is used. */
record WatchedKeys(Set<String> threads) implements KeyCodec<String> {

    @Override
    public String encode(String key) {
        threads.add(Thread.currentThread().getName());
        return key;
    }

    @Override
    public String decode(String text) {
        threads.add(Thread.currentThread().getName());
        return text;
    }
}
