package dev.mneme.memory.redis.promise;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.memory.cache.ValueCodec;
import java.util.Set;

/** Notes on which threads it is used. */
record WatchedValues(Set<String> threads) implements ValueCodec<String> {

    @Override
    public byte[] encode(String value) {
        threads.add(Thread.currentThread().getName());
        return value.getBytes(UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
        threads.add(Thread.currentThread().getName());
        return new String(bytes, UTF_8);
    }
}
