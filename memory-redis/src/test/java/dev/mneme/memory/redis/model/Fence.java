package dev.mneme.memory.redis.model;

import org.jspecify.annotations.Nullable;

/** What near entries and flights hang on; once dead, it and all below it stay dead. */
final class Fence {

    final @Nullable Fence parent;
    private boolean dead;

    Fence(@Nullable Fence parent) {
        this.parent = parent;
    }

    void kill() {
        dead = true;
    }

    boolean alive(Rules rules) {
        if (!rules.keep(Rule.FENCES_HANG_ON_THEIR_PARENTS)) {
            return !dead;
        }
        for (Fence fence = this; fence != null; fence = fence.parent) {
            if (fence.dead) {
                return false;
            }
        }
        return true;
    }
}
