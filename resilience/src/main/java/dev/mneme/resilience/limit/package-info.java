/**
 * How often a key, which is most often a user, may do something: the port of rate limiters, and the one that counts in
 * this process.
 *
 * <pre>{@code
 * RateLimiter limiter = SlidingWindowLimiter.builder(LimitRule.of("all", 100, ofMinutes(1)))
 *         .rule(LimitRule.of("heavy", 10, ofMinutes(1)))
 *         .build();
 * RateLimiter heavy = limiter.by("all", "heavy");
 *
 * Decision decision = heavy.tryAcquire(user);
 * if (!decision.allowed()) {
 *     return tooManyRequests(decision.retryAfterSeconds());
 * }
 * }</pre>
 */
@NullMarked
package dev.mneme.resilience.limit;

import org.jspecify.annotations.NullMarked;
