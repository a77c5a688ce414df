package dev.mneme.outbox;

/** What a fetch is to read: so many rows at most of a lane and a priority, from the floor on. */
record LaneAsk(int lane, int priority, long floor, int quota) {}
