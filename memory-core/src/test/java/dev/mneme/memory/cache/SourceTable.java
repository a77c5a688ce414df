package dev.mneme.memory.cache;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The truth that caches are in front of: a table that counts how often it is asked. */
public final class SourceTable {

    private final Map<CacheFixture.UserKey, String> rows = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    public final List<Integer> bulkSizes = new CopyOnWriteArrayList<>();

    public void set(CacheFixture.UserKey key, String value) {
        rows.put(key, value);
    }

    public @Nullable String load(CacheFixture.UserKey key) {
        calls.incrementAndGet();
        return rows.get(key);
    }

    public Map<CacheFixture.UserKey, String> loadAll(Set<CacheFixture.UserKey> keys) {
        bulkSizes.add(keys.size());
        var found = new LinkedHashMap<CacheFixture.UserKey, String>();
        keys.forEach(key -> {
            String value = rows.get(key);
            if (value != null) {
                found.put(key, value);
            }
        });
        return found;
    }

    /** How often it was asked for a single key. */
    public int calls() {
        return calls.get();
    }
}
