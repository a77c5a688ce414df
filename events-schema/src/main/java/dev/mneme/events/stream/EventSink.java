package dev.mneme.events.stream;

/**
 * Where a relay puts the events of its lanes, so that each stands there once although relays crash, are paused, and take
 * over from each other.
 *
 * <p>A lane has one owner at a time and at most one batch on its way. Every call for a lane comes with a {@link Fence}
 * higher than all before; a call that does not is {@code Stale} and does nothing, whoever sends it and whenever it
 * arrives. The sink remembers which events the last batch of the lane left in it, until the next batch of that lane.
 *
 * <p>So an owner that does not know what became of its batch (no answer came, or it has only now taken the lane over)
 * asks by {@link #resume}: the answer is final, since the raised fence keeps out what may still be on its way. It settles
 * the ids it gets, and sends the others again.
 *
 * <p>Delivery is at least once: a sink that loses data it had, as a server may in a failover, forgets fences and ids
 * with it.
 *
 * <p>Calls may wait for a server, for a bounded time; they may come from any thread.
 */
public interface EventSink {

    /**
     * Appends a batch in its order. An event that the last batch of this lane left is not appended again. A key stops at
     * its first rejected event: its later ones are not tried.
     *
     * @throws StreamUnreachableException if there was no answer; then ask by {@link #resume}
     */
    Delivery deliver(EventBatch batch);

    /**
     * Raises the lane's fence, and answers what its last batch left in the sink; nothing is appended.
     *
     * @param source the source as in {@link EventBatch}
     * @param fence higher than that of every earlier call of this lane; for an owner that is new, of its own epoch
     * @throws StreamUnreachableException if there was no answer; then ask again with the next fence
     * @throws IllegalArgumentException if source or lane is out of its range
     */
    Resumption resume(String source, int lane, Fence fence);
}
