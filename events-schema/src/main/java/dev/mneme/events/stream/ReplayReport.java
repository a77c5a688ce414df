package dev.mneme.events.stream;

/**
 * What a replay buffer holds, and has done since it was made.
 *
 * @param sessions sessions that have events or listeners
 * @param events events held
 * @param bytes bytes of these events
 * @param subscribers listeners attached
 * @param appended events appended
 * @param sent events given to listeners, each listener counted
 * @param gaps listeners that were told of a gap
 * @param dropped listeners that were dropped because they were too slow or hung
 */
public record ReplayReport(
        int sessions, long events, long bytes, int subscribers, long appended, long sent, long gaps, long dropped) {}
