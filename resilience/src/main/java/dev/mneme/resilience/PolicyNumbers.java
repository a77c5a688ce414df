package dev.mneme.resilience;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a policy did since its creation.
 *
 * @param name its name
 * @param calls calls made or refused
 * @param attempts attempts that reached the target
 * @param fallbacks calls that were answered with their fallback
 * @param refusedByDeadline calls whose deadline had passed before their first attempt
 * @param refusedByRateLimit calls that the rate limit refused
 * @param failures failed attempts by class, all classes; refusals on this side are not among them
 * @param retry what its retries did
 */
public record PolicyNumbers(
        String name,
        long calls,
        long attempts,
        long fallbacks,
        long refusedByDeadline,
        long refusedByRateLimit,
        Map<ErrorClass, Long> failures,
        RetryNumbers retry) {

    public PolicyNumbers {
        var ordered = new EnumMap<ErrorClass, Long>(ErrorClass.class);
        ordered.putAll(failures);
        failures = Collections.unmodifiableMap(ordered);
    }
}
