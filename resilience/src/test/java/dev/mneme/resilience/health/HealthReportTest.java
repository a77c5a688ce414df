package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.HealthCheck.Criticality;
import dev.mneme.HealthCheck.Result;
import dev.mneme.HealthCheck.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthReportTest {

    private static ServiceHealth service(String name, Criticality criticality, Result result) {
        return new ServiceHealth(name, criticality, result, Duration.ofMillis(12));
    }

    private static ServiceHealth service(String name, Criticality criticality, Status status) {
        return service(name, criticality, new Result(status, "", java.util.Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "REQUIRED, HEALTHY,   HEALTHY,   200",
        "REQUIRED, DEGRADED,  DEGRADED,  200",
        "REQUIRED, UNHEALTHY, UNHEALTHY, 503",
        "OPTIONAL, HEALTHY,   HEALTHY,   200",
        "OPTIONAL, DEGRADED,  HEALTHY,   200",
        "OPTIONAL, UNHEALTHY, HEALTHY,   200",
    })
    void aServiceMakesTheHostWhatItsCriticalitySays(
            Criticality criticality, Status status, Status overall, int httpStatus) {
        var report = HealthReport.of(List.of(service("it", criticality, status)));

        assertThat(report.status()).isEqualTo(overall);
        assertThat(report.httpStatus()).isEqualTo(httpStatus);
    }

    @Test
    void theHostIsAsWellAsTheWorstOfItsRequiredServicesWhateverTheirOrder() {
        for (Status a : Status.values()) {
            for (Status b : Status.values()) {
                for (Status optional : Status.values()) {
                    var report = HealthReport.of(List.of(
                            service("a", Criticality.REQUIRED, a),
                            service("o", Criticality.OPTIONAL, optional),
                            service("b", Criticality.REQUIRED, b)));

                    assertThat(report.status())
                            .as("required %s and %s, optional %s", a, b, optional)
                            .isEqualTo(a.compareTo(b) > 0 ? a : b);
                }
            }
        }
    }

    @Test
    void aHostWithoutServicesIsHealthy() {
        assertThat(HealthReport.of(List.of()).json()).isEqualTo("{\"status\":\"HEALTHY\",\"services\":[]}");
        assertThat(HealthReport.of(List.of()).text()).isEqualTo("overall: healthy\n");
    }

    private static HealthReport golden() {
        return HealthReport.of(List.of(
                service("qdrant_memory", Criticality.REQUIRED, Result.healthy()),
                service("redis", Criticality.OPTIONAL, Result.unhealthy("connection refused")),
                service(
                        "breaker gemini",
                        Criticality.REQUIRED,
                        Result.degraded("open")
                                .with("state", "OPEN")
                                .with("failures", 5)
                                .with("blockedCalls", 17)
                                .with("successRate", 0.25)
                                .with("forced", false)
                                .with("secondsUntilRetry", 42)),
                service("диск \"C\"", Criticality.OPTIONAL, Result.healthy("свободно 40 %"))));
    }

    @Test
    void theJsonIsTheSameToTheLetter() {
        assertThat(golden().json())
                .isEqualTo("{\"status\":\"DEGRADED\",\"services\":["
                        + "{\"name\":\"qdrant_memory\",\"criticality\":\"REQUIRED\",\"status\":\"HEALTHY\",\"tookMillis\":12},"
                        + "{\"name\":\"redis\",\"criticality\":\"OPTIONAL\",\"status\":\"UNHEALTHY\","
                        + "\"detail\":\"connection refused\",\"tookMillis\":12},"
                        + "{\"name\":\"breaker gemini\",\"criticality\":\"REQUIRED\",\"status\":\"DEGRADED\","
                        + "\"detail\":\"open\",\"tookMillis\":12,\"facts\":{\"state\":\"OPEN\",\"failures\":5,"
                        + "\"blockedCalls\":17,\"successRate\":0.25,\"forced\":false,\"secondsUntilRetry\":42}},"
                        + "{\"name\":\"диск \\\"C\\\"\",\"criticality\":\"OPTIONAL\",\"status\":\"HEALTHY\","
                        + "\"detail\":\"свободно 40 %\",\"tookMillis\":12}]}");
    }

    @Test
    void theTextHasALineForTheHostAndOneForEachService() {
        assertThat(golden().text()).isEqualTo("""
                        overall: degraded
                        qdrant_memory: healthy
                        redis: error: connection refused
                        breaker gemini: degraded: open
                        диск "C": healthy: свободно 40 %
                        """);
    }
}
