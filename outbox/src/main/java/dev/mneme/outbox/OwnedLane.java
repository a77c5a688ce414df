package dev.mneme.outbox;

import dev.mneme.events.stream.Fence;
import org.jspecify.annotations.Nullable;

/**
 * A lane in the hands of a relay. It is used by one thread at a time: by the relay's own while nothing of it is under way,
 * else by the one that works on its batch.
 */
final class OwnedLane {

    final int number;
    private Fence fence;

    /** The sink must name what the last batch left before anything is fetched. */
    boolean mustAsk = true;

    /** It is not known what the last call changed in the database, or somebody else has the lane: it must be claimed anew. */
    boolean lost;

    /** It is to be let go as soon as nothing of it is under way. */
    boolean leaving;

    /** The last fetch found as many rows as it may, so there are more. */
    boolean hasMore;

    /** By bits: the priorities in which the last fetch found as many rows as it may. */
    int full;

    long floor;

    @Nullable
    FloorNote note;

    long redrives;
    boolean settledSinceNote;

    private int pauses;
    private long pausedUntilNanos;

    OwnedLane(int number, long epoch, long redrives) {
        this.number = number;
        this.fence = new Fence(epoch, 0);
        this.redrives = redrives;
    }

    long epoch() {
        return fence.epoch();
    }

    /** The fence of the next call. */
    Fence nextFence() {
        fence = fence.next();
        return fence;
    }

    /** Goes on above a fence that the sink had. */
    void goAbove(Fence held) {
        fence = new Fence(fence.epoch(), Math.max(fence.number(), held.number()));
    }

    void newEpoch(long epoch) {
        fence = new Fence(epoch, 0);
    }

    /** Nothing is begun before this time. */
    void pauseUntil(long nanos) {
        pausedUntilNanos = nanos;
        pauses++;
    }

    /** How many times in a row it was paused. */
    int pauses() {
        return pauses;
    }

    void goOn() {
        pauses = 0;
    }

    long pausedFor(long nowNanos) {
        return pauses == 0 ? 0 : Math.max(0, pausedUntilNanos - nowNanos);
    }

    void resetFloor() {
        floor = 0;
        note = null;
    }
}
