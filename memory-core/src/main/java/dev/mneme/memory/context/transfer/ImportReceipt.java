package dev.mneme.memory.context.transfer;

import dev.mneme.memory.context.Additions;

/**
 * What became of a file's records.
 *
 * @param agents whose memories were in the file
 * @param records in the file
 * @param additions what the store made of them
 */
public record ImportReceipt(long agents, long records, Additions additions) {}
