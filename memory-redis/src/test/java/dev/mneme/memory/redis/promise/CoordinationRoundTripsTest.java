package dev.mneme.memory.redis.promise;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.memory.coordination.Lease;
import dev.mneme.memory.coordination.RequestAttempt;
import dev.mneme.memory.coordination.SessionRegistry;
import dev.mneme.memory.redis.RedisRateLimiter;
import dev.mneme.resilience.limit.LimitRule;
import dev.mneme.resilience.limit.RateLimiter;
import dev.mneme.servers.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What locks, sessions and limits cost at the server, by its own counting of the commands that clients sent. */
@Timeout(120)
class CoordinationRoundTripsTest {

    private static final SessionKey ANN = SessionKey.of("ann", "s");

    private final RedisServer server = RedisServer.start();
    private final HostNode node = new HostNode(server.uri());
    private final SessionRegistry sessions = node.memory.sessions("chat").build();
    private final RateLimiter limiter = RedisRateLimiter.builder(node.redis, LimitRule.perUser())
            .rule(LimitRule.of("hour", 100, ofMinutes(60)))
            .within(ofSeconds(20))
            .build()
            .by("user", "hour");

    @BeforeEach
    void loadScripts() {
        node.settled();
        limiter.tryAcquire("warm");
        sessions.open(ANN);
        sessions.touch(ANN);
        node.memory.locks().acquire("warm", ofMinutes(1), ZERO).close();
    }

    @AfterEach
    void close() {
        sessions.close();
        node.close();
        server.close();
    }

    /** Scripts run since the server began to count. */
    private long scripts() {
        Map<String, String> stats = server.info("commandstats");
        return calls(stats, "cmdstat_evalsha") + calls(stats, "cmdstat_eval");
    }

    private static long calls(Map<String, String> stats, String command) {
        String line = stats.getOrDefault(command, "calls=0,");
        return Long.parseLong(line.substring("calls=".length(), line.indexOf(',')));
    }

    @Test
    void aDecisionIsOneRoundTripWhateverTheNumberOfRules() {
        long before = scripts();
        for (int i = 0; i < 100; i++) {
            assertThat(limiter.tryAcquire("u" + i).allowed()).isTrue();
        }
        assertThat(scripts() - before).isEqualTo(100);
    }

    @Test
    void aTouchIsOneRoundTripAndARequestTwo() {
        long before = scripts();
        for (int i = 0; i < 100; i++) {
            assertThat(sessions.touch(ANN, 1)).isPresent();
        }
        assertThat(scripts() - before).as("touches").isLessThanOrEqualTo(101).isGreaterThanOrEqualTo(100);

        before = scripts();
        ((RequestAttempt.Begun) sessions.beginRequest(ANN, ZERO)).lease().close();
        assertThat(scripts() - before).as("begin and end").isBetween(2L, 3L);
    }

    @Test
    void aLockIsOneRoundTripToGetAndOneToGiveFree() {
        long before = scripts();
        for (int i = 0; i < 50; i++) {
            Lease lease = node.memory.locks().acquire("job", ofMinutes(1), ZERO);
            lease.close();
        }
        assertThat(scripts() - before).isBetween(100L, 101L);
    }
}
