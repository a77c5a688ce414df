package dev.mneme.memory.redis.stream;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * A group that is too far behind.
 *
 * @param stream the stream's name
 * @param group the group's name
 * @param oldest how long its oldest event that is neither handled nor given up has been in the stream
 * @param lag events it has not begun; empty if Redis cannot tell
 * @param pending events that were delivered and are neither handled nor given up
 */
public record Backlog(String stream, String group, Duration oldest, OptionalLong lag, long pending) {}
