package dev.mneme.resilience;

import java.time.Duration;

/**
 * A breaker's change of state.
 *
 * @param name the breaker's name
 * @param number how many changes there have been, this one included
 * @param from the state before
 * @param to the state after
 * @param openFor how long it stays open; zero unless {@code to} is OPEN
 */
public record BreakerTransition(
        String name, long number, CircuitBreaker.State from, CircuitBreaker.State to, Duration openFor) {}
