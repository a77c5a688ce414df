package dev.mneme.resilience;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.time.Duration;
import java.util.Arrays;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/** The gate, half-open at first, behaves under threads as the sequential breaker written down here. */
@Param(name = "verdict", gen = IntGen.class, conf = "0:2")
public class CircuitBreakerLincheckTest {

    private static final int SLOTS = 8;

    private final CircuitBreaker breaker = halfOpen();
    private final Permit[] held = new Permit[SLOTS];

    @Operation
    public String admit(@Param(gen = ThreadIdGen.class) int thread) {
        if (held[thread] != null) {
            return "holds one";
        }
        held[thread] = breaker.tryAdmit();
        return held[thread] == null ? "refused" : "admitted";
    }

    @Operation
    public String finish(@Param(gen = ThreadIdGen.class) int thread, @Param(name = "verdict") int verdict) {
        Permit permit = held[thread];
        if (permit == null) {
            return "holds none";
        }
        held[thread] = null;
        breaker.finish(permit, CircuitBreaker.Verdict.values()[verdict]);
        return "finished";
    }

    @Operation
    public String state() {
        return breaker.state().name();
    }

    @Test
    void underStressItIsLinearizable() {
        new StressOptions()
                .sequentialSpecification(Sequential.class)
                .threads(3)
                .actorsPerThread(4)
                .iterations(8)
                .invocationsPerIteration(500)
                .check(CircuitBreakerLincheckTest.class);
    }

    @Test
    void underModelCheckingItIsLinearizable() {
        new ModelCheckingOptions()
                // not looked into: it finds its transitions by identity hash codes, which the checker replaces, and
                // the gate calls it under its lock only
                .addGuarantee(forClasses(name -> name.startsWith("io.github.resilience4j."))
                        .allMethods()
                        .ignore())
                .sequentialSpecification(Sequential.class)
                .threads(2)
                .actorsPerThread(3)
                .iterations(4)
                .invocationsPerIteration(100)
                .check(CircuitBreakerLincheckTest.class);
    }

    private static CircuitBreaker halfOpen() {
        var ticker = new ManualTicker();
        var settings = BreakerSettings.defaults().withFailuresInARow(2).withProbeLease(Duration.ofDays(1));
        var breaker = new CircuitBreaker("target", settings, Classifier.standard(), ticker);
        breaker.tryAdmit().failed();
        breaker.tryAdmit().failed();
        ticker.advance(Duration.ofSeconds(60));
        breaker.tryAdmit().ignored();
        return breaker;
    }

    /** The same breaker for one thread at a time, with no time passing. */
    public static final class Sequential {

        private static final int NONE = -1;

        private final int[] heldSince = new int[SLOTS];
        private String state = "HALF_OPEN";
        private int epoch;
        private boolean probing;
        private int successes;
        private int failures;

        public Sequential() {
            Arrays.fill(heldSince, NONE);
        }

        public String admit(int thread) {
            if (heldSince[thread] != NONE) {
                return "holds one";
            }
            if (state.equals("OPEN") || (state.equals("HALF_OPEN") && probing)) {
                return "refused";
            }
            probing = state.equals("HALF_OPEN");
            heldSince[thread] = epoch;
            return "admitted";
        }

        public String finish(int thread, int verdict) {
            int since = heldSince[thread];
            if (since == NONE) {
                return "holds none";
            }
            heldSince[thread] = NONE;
            if (since == epoch) {
                probing = false;
                count(verdict);
            }
            return "finished";
        }

        public String state() {
            return state;
        }

        private void count(int verdict) {
            if (verdict == CircuitBreaker.Verdict.SUCCESS.ordinal()) {
                failures = 0;
                successes++;
                if (state.equals("HALF_OPEN") && successes == 2) {
                    enter("CLOSED");
                }
            } else if (verdict == CircuitBreaker.Verdict.FAILURE.ordinal()) {
                failures++;
                if (state.equals("HALF_OPEN") || failures == 2) {
                    enter("OPEN");
                }
            }
        }

        private void enter(String next) {
            state = next;
            epoch++;
            failures = 0;
            successes = 0;
        }
    }
}
