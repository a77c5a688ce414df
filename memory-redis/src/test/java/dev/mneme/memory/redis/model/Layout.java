package dev.mneme.memory.redis.model;

/**
 * The keys, scopes and buckets of the model. Two buckets hold two caches: four keys of a cache with nested scopes, and
 * two keys of a second cache that may be {@code stale(max)}. A <em>target</em> is what can be invalidated: a key by its
 * number, or a scope by its number + {@link #SCOPE}.
 */
final class Layout {

    static final int KEYS = 6;
    static final int SCOPES = 8;
    static final int BUCKETS = 2;
    static final int SCHEMAS = 3;
    static final int SCOPE = 100;

    /** For each key its scopes, outermost first; the first is the root of its cache in its bucket. */
    private static final int[][] CHAINS = {{0, 1}, {0, 1, 2}, {6}, {3, 4, 5}, {3, 4}, {7}};

    private static final int[] BUCKET_OF_KEY = {0, 0, 0, 1, 1, 1};
    private static final int[] BUCKET_OF_SCOPE = {0, 0, 0, 1, 1, 1, 0, 1};
    private static final String[] SCOPE_NAMES = {"root0", "u0", "u0/p", "root1", "u1", "u1/p", "other0", "other1"};

    private Layout() {}

    static int[] chain(int key) {
        return CHAINS[key];
    }

    static int root(int key) {
        return CHAINS[key][0];
    }

    static boolean ofSecondCache(int key) {
        return key == 2 || key == 5;
    }

    static boolean isScope(int target) {
        return target >= SCOPE;
    }

    static int bucket(int target) {
        return isScope(target) ? BUCKET_OF_SCOPE[target - SCOPE] : BUCKET_OF_KEY[target];
    }

    static boolean isRoot(int scope) {
        return scope == 0 || scope == 3 || scope >= 6;
    }

    static int bucketOfScope(int scope) {
        return BUCKET_OF_SCOPE[scope];
    }

    static boolean covers(int target, int key) {
        if (!isScope(target)) {
            return target == key;
        }
        for (int scope : CHAINS[key]) {
            if (scope == target - SCOPE) {
                return true;
            }
        }
        return false;
    }

    static String name(int target) {
        return isScope(target) ? SCOPE_NAMES[target - SCOPE] : "k" + target;
    }
}
