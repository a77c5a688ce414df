package dev.mneme.memory.cache.spi;

import java.util.List;

/** What an invalidation takes away; always in one bucket. */
public sealed interface Dropped {

    /**
     * Single keys.
     *
     * @param cache the cache's name
     * @param keys the keys in the form of the cache's codec, all of one bucket; at least one
     */
    record Keys(String cache, List<String> keys) implements Dropped {
        public Keys {
            keys = List.copyOf(keys);
        }
    }

    /**
     * All keys under a declared scope.
     *
     * @param cache the cache's name
     * @param path the scope's full path
     */
    record Scope(String cache, String path) implements Dropped {

        /** The outermost scope, which decides the bucket. */
        public String outermost() {
            int end = path.indexOf('/');
            return end < 0 ? path : path.substring(0, end);
        }
    }

    /**
     * All keys of a cache in one bucket.
     *
     * @param cache the cache's name
     * @param bucket from 0, below {@link FarKey#BUCKETS}
     */
    record Root(String cache, int bucket) implements Dropped {}

    /**
     * All keys of an owner in one bucket, whatever the cache.
     *
     * @param owner the owner's id
     * @param bucket from 0, below {@link FarKey#BUCKETS}
     */
    record Owner(String owner, int bucket) implements Dropped {}
}
