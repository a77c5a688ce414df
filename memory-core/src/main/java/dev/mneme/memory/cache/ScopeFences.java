package dev.mneme.memory.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mneme.memory.cache.spi.FarKey;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The fences of a cache's buckets and scopes. A scope's is kept as long as something stands behind it. */
final class ScopeFences {

    private final AtomicReferenceArray<Fence> buckets = new AtomicReferenceArray<>(FarKey.BUCKETS);
    private final Cache<String, Fence> scopes =
            Caffeine.newBuilder().weakValues().build();

    ScopeFences() {
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            buckets.set(bucket, Fence.outermost());
        }
    }

    /** The innermost fence of a path of scopes, as they stand now; with no scopes, that of the bucket. */
    Fence innermost(int bucket, List<String> path) {
        Fence around = standing(bucket);
        for (String scope : path) {
            around = standing(scope, around);
        }
        return around;
    }

    private Fence standing(int bucket) {
        Fence fence = buckets.get(bucket);
        while (!fence.stands()) {
            buckets.compareAndSet(bucket, fence, Fence.outermost());
            fence = buckets.get(bucket);
        }
        return fence;
    }

    private Fence standing(String scope, Fence around) {
        Fence fence = scopes.get(scope, missing -> around.inner());
        if (fence.stands()) {
            return fence;
        }
        // one around it fell: put up a new one under what stands now. If that falls meanwhile, so does this one
        return scopes.asMap().merge(scope, around.inner(), (old, made) -> old.stands() ? old : made);
    }

    // A fence falls before it is replaced. The other way round, a second thread could let the new one fall and return
    // while what stands behind the old one is still served.

    void fallScope(String scope) {
        Fence fence = scopes.getIfPresent(scope);
        if (fence != null) {
            fence.fall();
            scopes.asMap().remove(scope, fence);
        }
    }

    void fallBucket(int bucket) {
        Fence fence = buckets.get(bucket);
        fence.fall();
        buckets.compareAndSet(bucket, fence, Fence.outermost());
    }
}
