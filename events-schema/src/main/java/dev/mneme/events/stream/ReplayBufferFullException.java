package dev.mneme.events.stream;

import dev.mneme.MnemeException;

/** An event was not appended to its session's replay buffer, for there is no room and every session has listeners. */
public final class ReplayBufferFullException extends MnemeException {

    /**
     * @param sessions how many sessions the buffer holds
     */
    public ReplayBufferFullException(int sessions) {
        super("the event was not appended: the replay buffer holds " + sessions
                + " sessions, as many or as large as it may, and none without listeners that could be forgotten");
    }
}
