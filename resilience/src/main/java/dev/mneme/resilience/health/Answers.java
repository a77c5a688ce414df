package dev.mneme.resilience.health;

import dev.mneme.HealthCheck.Criticality;
import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Result;
import java.time.Duration;
import java.util.List;

/** Answers that no check gave. */
final class Answers {

    private static final String OWN_NAME = "health";

    private Answers() {}

    static ServiceHealth unhealthy(Rated rated, String words, Duration took) {
        return new ServiceHealth(rated.name(), rated.criticality(), Result.unhealthy(words), took);
    }

    /** The report's own failure to ask. It is required: who cannot say that the host works must not say so. */
    static ServiceHealth ownFailure(String words) {
        return new ServiceHealth(OWN_NAME, Criticality.REQUIRED, Result.unhealthy(words), Duration.ZERO);
    }

    static ServiceHealth tooMany(int left, int most) {
        return new ServiceHealth(
                OWN_NAME,
                Criticality.REQUIRED,
                Result.degraded(left + " checks beyond the first " + most + " were not run"),
                Duration.ZERO);
    }

    static HealthReport noReport(String words) {
        return HealthReport.of(List.of(ownFailure(words)));
    }
}
