package dev.mneme.resilience.health;

import static java.util.Objects.requireNonNull;

import dev.mneme.HealthCheck.Criticality;
import dev.mneme.HealthCheck.Status;
import java.util.List;

/**
 * How well a host works, and each service it was asked about, in the order of the checks.
 *
 * <p>The host is as well as the worst of its {@link Criticality#REQUIRED} services; an {@link Criticality#OPTIONAL} one is
 * shown as it is, and changes nothing.
 *
 * @param status of the host
 * @param services each by itself
 */
public record HealthReport(Status status, List<ServiceHealth> services) {

    public HealthReport {
        requireNonNull(status, "status");
        services = List.copyOf(services);
    }

    static HealthReport of(List<ServiceHealth> services) {
        Status worst = Status.HEALTHY;
        for (ServiceHealth service : services) {
            if (service.criticality() == Criticality.REQUIRED
                    && service.status().compareTo(worst) > 0) {
                worst = service.status();
            }
        }
        return new HealthReport(worst, services);
    }

    /** 503 if the host is {@link Status#UNHEALTHY}, else 200: a degraded host goes on serving. */
    public int httpStatus() {
        return status == Status.UNHEALTHY ? 503 : 200;
    }

    /**
     * The report as a JSON object on one line. Its fields are always in the same order: {@code status}, {@code services};
     * of each service {@code name}, {@code criticality}, {@code status}, {@code detail} if there is one,
     * {@code tookMillis}, and {@code facts} if there are any.
     */
    public String json() {
        return ReportJson.write(this);
    }

    /**
     * The report as text: a line for the host, then one for each service, such as {@code redis: error: connection
     * refused}. Each line ends with a line feed.
     */
    public String text() {
        var text = new StringBuilder();
        line(text, "overall", status, "");
        for (ServiceHealth service : services) {
            line(text, service.name(), service.status(), service.result().detail());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, Status status, String detail) {
        text.append(name).append(": ").append(word(status));
        if (!detail.isEmpty()) {
            text.append(": ").append(detail);
        }
        text.append('\n');
    }

    private static String word(Status status) {
        return switch (status) {
            case HEALTHY -> "healthy";
            case DEGRADED -> "degraded";
            case UNHEALTHY -> "error";
        };
    }
}
