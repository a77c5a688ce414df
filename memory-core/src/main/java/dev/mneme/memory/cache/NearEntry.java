package dev.mneme.memory.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A value near, with all that decides whether it may be served. Times are the ticker's. */
final class NearEntry<V> {

    private static final VarHandle RENEWING;

    static {
        try {
            RENEWING = MethodHandles.lookup().findVarHandle(NearEntry.class, "renewing", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Null if the source is known to have none. */
    final @Nullable V value;

    private final Fence fence;
    private final long bornNanos;
    /** When it must be asked for again. */
    private final long deadlineNanos;
    /** When its own time to live ends: not before the deadline. */
    private final long expiresNanos;
    /** When a read should have it renewed. */
    private final long renewNanos;

    @SuppressWarnings("unused") // by its handle
    private volatile boolean renewing;

    NearEntry(@Nullable V value, Fence fence, long bornNanos, long deadlineNanos, long expiresNanos, long renewNanos) {
        this.value = value;
        this.fence = fence;
        this.bornNanos = bornNanos;
        this.deadlineNanos = deadlineNanos;
        this.expiresNanos = expiresNanos;
        this.renewNanos = renewNanos;
    }

    /** Whether it may be served; the caller has asked for trust before it fetched this entry. */
    boolean servable(long now) {
        return deadlineNanos - now > 0 && fence.stands();
    }

    /** Whether it may be served for want of better, so long past its time to live. */
    boolean servableStale(long now, long graceNanos) {
        return expiresNanos + graceNanos - now > 0 && fence.stands();
    }

    boolean worthRenewing(long now) {
        return renewNanos - now <= 0 && RENEWING.compareAndSet(this, false, true);
    }

    Loaded<V> loaded(boolean stale) {
        return new Loaded<>(value, Level.NEAR, bornNanos, expiresNanos, stale);
    }
}
