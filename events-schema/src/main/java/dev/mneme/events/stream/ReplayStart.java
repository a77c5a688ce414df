package dev.mneme.events.stream;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** Where a listener begins. */
public final class ReplayStart {

    private enum Kind {
        NOW,
        OLDEST,
        AFTER
    }

    private static final ReplayStart NOW = new ReplayStart(Kind.NOW, null);
    private static final ReplayStart OLDEST = new ReplayStart(Kind.OLDEST, null);

    private final Kind kind;
    private final @Nullable String lastEventId;

    private ReplayStart(Kind kind, @Nullable String lastEventId) {
        this.kind = kind;
        this.lastEventId = lastEventId;
    }

    /** With what comes from now on. */
    public static ReplayStart now() {
        return NOW;
    }

    /** With the oldest event that the session's buffer holds. */
    public static ReplayStart oldest() {
        return OLDEST;
    }

    /**
     * With the event after the last one that the listener got.
     *
     * @param lastEventId as it came from outside; a text that is no id of this session's buffer leads to a gap
     */
    public static ReplayStart after(String lastEventId) {
        return new ReplayStart(Kind.AFTER, requireNonNull(lastEventId, "lastEventId"));
    }

    /** {@link #after} if there is an id, as a browser's {@code Last-Event-ID} header on a reconnect; else {@link #oldest}. */
    public static ReplayStart afterOrOldest(@Nullable String lastEventId) {
        return lastEventId == null || lastEventId.isEmpty() ? OLDEST : after(lastEventId);
    }

    public boolean isNow() {
        return kind == Kind.NOW;
    }

    public boolean isOldest() {
        return kind == Kind.OLDEST;
    }

    /** The id after which to begin; null for the other starts. */
    public @Nullable String lastEventId() {
        return lastEventId;
    }
}
