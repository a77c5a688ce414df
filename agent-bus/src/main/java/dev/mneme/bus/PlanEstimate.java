package dev.mneme.bus;

import java.time.Duration;

/**
 * What a plan may take.
 *
 * @param sequential all tasks one after another
 * @param criticalPath the longest way through the plan: with slots for all, it takes no less
 */
public record PlanEstimate(Duration sequential, Duration criticalPath) {}
