package dev.mneme.resilience;

import dev.mneme.HealthCheck;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * All breakers of one {@link Resilience}, for readiness pages; as a source of health checks it tells of a breaker that is
 * not closed as degraded: the host serves on, with its fallbacks.
 *
 * <p>Safe for use by many threads.
 */
public final class Breakers implements HealthCheck.Source {

    private final Names<CircuitBreaker> names = new Names<>("breakers");

    Breakers() {}

    /** The breakers there are now, by name. */
    public List<CircuitBreaker> all() {
        return names.all();
    }

    public Optional<CircuitBreaker> find(String name) {
        return names.find(name);
    }

    /** The numbers of all breakers, by name; each belongs to one moment, all of them do not. */
    public List<BreakerNumbers> numbers() {
        return all().stream().map(CircuitBreaker::numbers).toList();
    }

    @Override
    public List<HealthCheck.Rated> checks() {
        return all().stream().map(Breakers::check).toList();
    }

    Names<CircuitBreaker> names() {
        return names;
    }

    private static HealthCheck.Rated check(CircuitBreaker breaker) {
        return HealthCheck.of("breaker " + breaker.name(), () -> health(breaker.numbers()))
                .required();
    }

    private static HealthCheck.Result health(BreakerNumbers numbers) {
        HealthCheck.Result result = switch (numbers.state()) {
            case CLOSED -> HealthCheck.Result.healthy("closed");
            case OPEN -> HealthCheck.Result.degraded("open");
            case HALF_OPEN -> HealthCheck.Result.degraded("half-open");
        };
        return result.with("state", numbers.state().name())
                .with("failures", numbers.failures())
                .with("total_calls", numbers.calls())
                .with("blocked_calls", numbers.blocked())
                .with("success_rate", numbers.successRate())
                .with("seconds_until_retry", secondsRoundedUp(numbers));
    }

    /** Rounded up, so that zero means now. */
    private static long secondsRoundedUp(BreakerNumbers numbers) {
        long second = TimeUnit.SECONDS.toNanos(1);
        return (numbers.untilRetry().toNanos() + second - 1) / second;
    }
}
