package dev.mneme.memory.context.transfer;

/**
 * How far a pass is.
 *
 * @param agents whose memories were compared so far
 * @param records that were looked at so far, of both stores; one that both have counts once
 * @param settled of these, how many had to be copied or removed
 */
public record MigrationProgress(long agents, long records, long settled) {}
