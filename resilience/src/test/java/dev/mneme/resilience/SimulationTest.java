package dev.mneme.resilience;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The default policies against ill targets, in virtual time: ten calls a second for twenty minutes. The results are
 * committed, so that a change of behaviour shows in review.
 */
@Timeout(value = 5, unit = MINUTES)
class SimulationTest {

    private static final int MINUTES_RUN = 20;
    private static final int CALLS_A_MINUTE = 600;
    private static final Path RESULTS = Path.of("src/test/resources/simulation");

    @ParameterizedTest
    @EnumSource(FakeTarget.class)
    void thePoliciesBehaveAsCommitted(FakeTarget target) throws Exception {
        var report = new StringBuilder("Target: " + target.words + ", from minute 2 to minute 10.\n"
                + "Ten calls a second; the state is that at the end of the minute.\n");
        for (Target kind : List.of(Target.MODEL, Target.STORE)) {
            report.append('\n').append(new Run(target, kind).report());
        }
        Path file = RESULTS.resolve(target.name().toLowerCase(Locale.ROOT) + ".txt");
        if (Boolean.getBoolean("mneme.accept")) {
            Files.createDirectories(RESULTS);
            Files.writeString(file, report, UTF_8);
        }
        assertThat(report.toString())
                .as("the simulation changed; if that is meant, run with -Dmneme.accept=true to update " + file)
                .isEqualTo(Files.exists(file) ? Files.readString(file, UTF_8) : "");
    }

    private static final class Run {

        private static final class Minute {
            int calls;
            int answered;
            int refused;
            int failed;
            int attempts;
        }

        private final VirtualTime time = new VirtualTime();
        private final Random random = new Random(42);
        private final FakeTarget target;
        private final Target kind;
        private final Policy policy;
        private final List<Minute> minutes = new ArrayList<>();
        private final List<String> states = new ArrayList<>();
        private final List<Long> millis = new ArrayList<>();
        private int openings;

        Run(FakeTarget target, Target kind) {
            this.target = target;
            this.kind = kind;
            var resilience = Resilience.builder()
                    .ticker(time)
                    .waits(time)
                    .executor(Runnable::run)
                    .random(new Random(7))
                    .classifier(Outage.classifier())
                    .build();
            policy = resilience.policy("target", kind);
            resilience.onTransition(t -> openings += t.to() == CircuitBreaker.State.OPEN ? 1 : 0);
        }

        String report() {
            for (int minute = 0; minute < MINUTES_RUN; minute++) {
                var counts = new Minute();
                minutes.add(counts);
                for (int i = 0; i < CALLS_A_MINUTE; i++) {
                    call(counts);
                    time.advance(Duration.ofMillis(100));
                }
                states.add(policy.breaker().state().name());
            }
            time.runAll();
            return table();
        }

        /** A call counts for the minute it began in, with all of its attempts. */
        private void call(Minute minute) {
            minute.calls++;
            Duration begun = time.elapsed();
            var unused = policy.callAsync(() -> {
                        minute.attempts++;
                        return target.call(time, random);
                    })
                    .whenComplete((answer, failure) -> {
                        if (failure == null) {
                            minute.answered++;
                        } else if (failure instanceof CallRefusedException) {
                            minute.refused++;
                        } else {
                            minute.failed++;
                        }
                        millis.add(time.elapsed().minus(begun).toMillis());
                    });
        }

        private String table() {
            int calls = MINUTES_RUN * CALLS_A_MINUTE;
            int attempts = minutes.stream().mapToInt(minute -> minute.attempts).sum();
            assertThat(millis).as("calls that came to an end").hasSize(calls);
            assertThat(attempts)
                    .as("attempts within the retry budget")
                    .isLessThanOrEqualTo(
                            (int) (calls * 1.1) + RetryBudget.defaults().burst());
            millis.sort(null);
            PolicyNumbers numbers = policy.numbers();
            var text = new StringBuilder("== Policy " + kind + "\n");
            text.append(String.format(
                    Locale.ROOT,
                    "attempts per call %.3f, retries %d, not repeated for lack of budget %d%n"
                            + "breaker opened %d times, stale results %d%n"
                            + "time of a call in ms: median %d, p99 %d, longest %d%n",
                    attempts / (double) calls,
                    numbers.retry().retries(),
                    numbers.retry().budgetEmpty(),
                    openings,
                    policy.breaker().numbers().staleResults(),
                    millis.get(calls / 2),
                    millis.get(calls * 99 / 100),
                    millis.get(calls - 1)));
            text.append("minute  calls  answered  refused  failed  attempts  state\n");
            for (int i = 0; i < MINUTES_RUN; i++) {
                Minute m = minutes.get(i);
                assertThat(m.answered + m.refused + m.failed).isEqualTo(m.calls);
                text.append(String.format(
                        Locale.ROOT,
                        "%6d %6d %9d %8d %7d %9d  %s%n",
                        i,
                        m.calls,
                        m.answered,
                        m.refused,
                        m.failed,
                        m.attempts,
                        states.get(i)));
            }
            return text.toString().replace("\r\n", "\n");
        }
    }
}
