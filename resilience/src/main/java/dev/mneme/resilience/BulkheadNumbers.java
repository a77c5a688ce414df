package dev.mneme.resilience;

/**
 * What a bulkhead holds now, and whom it turned away since its creation.
 *
 * @param name the bulkhead's name
 * @param running calls that have a place
 * @param waiting callers in the queue
 * @param refused callers that got no place
 */
public record BulkheadNumbers(String name, int running, int waiting, long refused) {}
