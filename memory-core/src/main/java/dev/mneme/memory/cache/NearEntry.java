package dev.mneme.memory.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A value near, with all that decides whether it may be served. Times are the ticker's.
 *
 * <p>It begins as the fence of a load and is nobody else's; once the value is there it is set, and then put where
 * readers find it. So it is read without a lock, and a reader looks at one object for its time and its fence.
 */
final class NearEntry<V> extends Fence {

    private static final VarHandle RENEWING;

    static {
        try {
            RENEWING = MethodHandles.lookup().findVarHandle(NearEntry.class, "renewing", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Null if the source is known to have none. */
    @Nullable
    V value;

    private long bornNanos;
    /** When it must be asked for again. */
    private long deadlineNanos;
    /** When its own time to live ends: not before the deadline. */
    private long expiresNanos;
    /** When a read should have it renewed. */
    private long renewNanos;

    @SuppressWarnings("unused") // by its handle
    private volatile boolean renewing;

    NearEntry(@Nullable Fence around) {
        super(around);
    }

    /** Sets all that readers will see, once and before they can find it. */
    void set(@Nullable V value, long bornNanos, long deadlineNanos, long expiresNanos, long renewNanos) {
        this.value = value;
        this.bornNanos = bornNanos;
        this.deadlineNanos = deadlineNanos;
        this.expiresNanos = expiresNanos;
        this.renewNanos = renewNanos;
    }

    /** Whether it may be served; the caller has asked for trust before it fetched this entry. */
    boolean servable(long now) {
        return deadlineNanos - now > 0 && stands();
    }

    /** Whether it may be served for want of better, so long past its time to live. */
    boolean servableStale(long now, long graceNanos) {
        return expiresNanos + graceNanos - now > 0 && stands();
    }

    boolean worthRenewing(long now) {
        return renewNanos - now <= 0 && RENEWING.compareAndSet(this, false, true);
    }

    Loaded<V> loaded(boolean stale) {
        return new Loaded<>(value, Level.NEAR, bornNanos, expiresNanos, stale);
    }
}
