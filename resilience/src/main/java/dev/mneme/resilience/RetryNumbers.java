package dev.mneme.resilience;

/**
 * What a retry did since its creation.
 *
 * @param name its name
 * @param retries repetitions decided on; one whose wait was interrupted, or that the breaker then refused, is among them
 * @param budgetEmpty failures not repeated because the target's retry budget was used up
 * @param nestedCalls calls reduced to one attempt because an outer retry would repeat them
 */
public record RetryNumbers(String name, long retries, long budgetEmpty, long nestedCalls) {}
