/**
 * How well a host's services work, and the order in which its parts start and stop.
 *
 * <p>Three questions are kept apart. <em>Readiness</em>, {@link dev.mneme.resilience.health.Health}, asks the services a
 * host leans on, also remote ones. <em>Liveness</em>, {@link dev.mneme.resilience.health.Liveness}, asks only whether this
 * process still turns, and never a remote, for a restart cures no outage elsewhere. <em>Lifecycle</em>,
 * {@link dev.mneme.resilience.health.Components}, starts and stops a host's parts, and reports them to readiness.
 */
@NullMarked
package dev.mneme.resilience.health;

import org.jspecify.annotations.NullMarked;
