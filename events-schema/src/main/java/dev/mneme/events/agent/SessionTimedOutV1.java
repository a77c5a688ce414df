package dev.mneme.events.agent;

import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import java.time.Duration;
import java.time.Instant;

/**
 * A session ended because nothing happened in it.
 *
 * @param lastActive when something happened for the last time
 * @param idleFor after how long without anything it was ended
 */
@EventType(name = "session.timed-out", version = 1)
public record SessionTimedOutV1(Instant lastActive, Duration idleFor) implements Event {}
