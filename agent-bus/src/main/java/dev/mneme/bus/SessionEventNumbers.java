package dev.mneme.bus;

/**
 * The events of sessions that a bus has had for its replay buffer.
 *
 * @param waiting those that have not been appended yet
 * @param appended those that were; what says that others are lost is not counted
 * @param lost those that were not: there was no room in the queue, or the buffer did not take them
 */
public record SessionEventNumbers(int waiting, long appended, long lost) {

    static final SessionEventNumbers NONE = new SessionEventNumbers(0, 0, 0);
}
