package dev.mneme.memory.context.transfer;

/**
 * What went into a file.
 *
 * @param agents whose memories were written; those without records are not counted
 * @param records in the file
 */
public record ExportReceipt(long agents, long records) {}
