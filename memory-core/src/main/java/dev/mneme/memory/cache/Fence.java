package dev.mneme.memory.cache;

import org.jspecify.annotations.Nullable;

/**
 * Decides whether what was read or loaded behind it may still be served. A fence falls once and never stands again; with
 * it fall all that were put up under it.
 *
 * <p>Each load has a fence of its own, put up before anything is read for it, under that of its innermost scope; each
 * scope's stands under the one around it, the outermost under that of the cache's bucket. So an invalidation takes one
 * write, whatever is under way. The fence of a load becomes the entry of its value, so a value that comes too late is put
 * behind a fence that has fallen.
 */
sealed class Fence permits NearEntry {

    private final @Nullable Fence around;
    private volatile boolean fallen;

    Fence(@Nullable Fence around) {
        this.around = around;
    }

    static Fence outermost() {
        return new Fence(null);
    }

    final Fence inner() {
        return new Fence(this);
    }

    final void fall() {
        fallen = true;
    }

    final boolean stands() {
        for (Fence fence = this; fence != null; fence = fence.around) {
            if (fence.fallen) {
                return false;
            }
        }
        return true;
    }
}
