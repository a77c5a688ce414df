package dev.mneme.bus;

import java.time.Duration;
import java.util.Map;

/**
 * What an agent does at one moment, and what it has done since it was registered. Always {@code accepted = completed +
 * failed + cancelled + parked + waiting() +
 * running}.
 *
 * @param name the agent
 * @param parked tasks of plans for which the queue has no room yet; the capacity does not count them
 * @param queued tasks that wait for a slot, or behind one of their key
 * @param backingOff tasks that wait for their next attempt
 * @param awaiting tasks that wait for other tasks and have lent their slot
 * @param running tasks that have a slot and have not ended
 * @param stopping handlers that were told to stop, and still have the slot of a task that has ended
 * @param zombies handlers that were told to stop, did not in time, and still run, without a slot
 * @param accepted tasks accepted
 * @param completed tasks that the agent answered
 * @param failed tasks that failed or timed out
 * @param cancelled tasks that were called off
 * @param rejected tasks not accepted, by reason
 * @param begun attempts begun
 * @param waited how long these had waited for their slot, all together; waits between attempts are not counted
 * @param returned attempts whose handler returned, or threw, before the task had ended
 * @param ran how long these took, all together, waits for other tasks included
 */
public record AgentNumbers(
        String name,
        int parked,
        int queued,
        int backingOff,
        int awaiting,
        int running,
        int stopping,
        int zombies,
        long accepted,
        long completed,
        long failed,
        long cancelled,
        Map<RejectReason, Long> rejected,
        long begun,
        Duration waited,
        long returned,
        Duration ran) {

    public AgentNumbers {
        rejected = Map.copyOf(rejected);
    }

    /** All accepted tasks that have no slot and have not ended: what the capacity counts. */
    public int waiting() {
        return queued + backingOff + awaiting;
    }
}
