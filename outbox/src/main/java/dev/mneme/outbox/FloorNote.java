package dev.mneme.outbox;

/**
 * A moment in the table: no id was given out above the first number, and each transaction that was given one of them has
 * an id below the second.
 */
record FloorNote(long lastId, long transaction) {}
