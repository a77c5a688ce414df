package dev.mneme.bus;

import java.math.BigDecimal;
import java.time.Duration;

/**
 * What a plan may take.
 *
 * @param sequential all tasks one after another
 * @param criticalPath the longest way through the plan: with slots for all, it takes no less
 * @param cost of all tasks together, in the host's currency
 */
public record PlanEstimate(Duration sequential, Duration criticalPath, BigDecimal cost) {}
