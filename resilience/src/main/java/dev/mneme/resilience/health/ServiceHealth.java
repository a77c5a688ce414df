package dev.mneme.resilience.health;

import static java.util.Objects.requireNonNull;

import dev.mneme.HealthCheck.Criticality;
import dev.mneme.HealthCheck.Result;
import dev.mneme.HealthCheck.Status;
import java.time.Duration;

/**
 * What a report says of one service.
 *
 * @param name the check's name
 * @param criticality what its failure means to the host
 * @param result what was found
 * @param took how long the answer took; for a check that gave none, how long it was waited for
 */
public record ServiceHealth(String name, Criticality criticality, Result result, Duration took) {

    public ServiceHealth {
        requireNonNull(name, "name");
        requireNonNull(criticality, "criticality");
        requireNonNull(result, "result");
        requireNonNull(took, "took");
    }

    public Status status() {
        return result.status();
    }
}
