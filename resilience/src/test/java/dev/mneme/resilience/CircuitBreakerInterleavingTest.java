package dev.mneme.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random orders of admit, finish and advance against a naive model that is written from the rules alone. */
class CircuitBreakerInterleavingTest {

    private static final BreakerSettings SETTINGS = BreakerSettings.defaults();

    static List<Long> seeds() {
        int count = Boolean.getBoolean("mneme.long") ? 20_000 : 1_000;
        List<Long> seeds = new ArrayList<>();
        for (long seed = 1; seed <= count; seed++) {
            seeds.add(seed * 0x9E3779B97F4A7C15L);
        }
        return seeds;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noResultOfOneEpochChangesAnotherAndThereAreNeverTwoProbes(long seed) {
        var random = new Random(seed);
        var ticker = new ManualTicker();
        var breaker = new CircuitBreaker("target", SETTINGS, Classifier.standard(), ticker);
        var model = new Model();
        List<Permit> permits = new ArrayList<>();
        List<Model.Ticket> tickets = new ArrayList<>();

        for (int step = 0; step < 400; step++) {
            String where = "seed " + seed + ", step " + step;
            int dice = random.nextInt(10);
            if (dice < 5) {
                Permit permit = breaker.tryAdmit();
                Model.Ticket ticket = model.admit();
                assertThat(permit != null).as(where).isEqualTo(ticket != null);
                if (permit != null) {
                    permits.add(permit);
                    tickets.add(ticket);
                }
            } else if (dice < 9 && !permits.isEmpty()) {
                int which = random.nextInt(permits.size());
                int outcome = random.nextInt(8);
                finish(permits.get(which), outcome);
                model.finish(tickets.get(which), outcome);
                if (random.nextInt(4) > 0) {
                    permits.remove(which);
                    tickets.remove(which);
                }
            } else {
                Duration by = Duration.ofMillis(random.nextInt(random.nextBoolean() ? 5_000 : 200_000));
                ticker.advance(by);
                model.millis += by.toMillis();
            }
            BreakerNumbers numbers = breaker.numbers();
            assertThat(numbers.state().name()).as(where).isEqualTo(model.state);
            assertThat(numbers.untilRetry().toMillis()).as(where).isEqualTo(model.millisUntilRetry());
            assertThat(numbers.staleResults()).as(where).isEqualTo(model.stale);
            assertThat(model.probesInFlight()).as(where).isLessThanOrEqualTo(1);
        }
    }

    private static void finish(Permit permit, int outcome) {
        if (outcome == 0) {
            permit.ignored();
        } else if (outcome < 4) {
            permit.succeeded();
        } else {
            permit.failed();
        }
    }

    private static final class Model {

        private static final class Ticket {
            int epoch;
            boolean done;
            long leaseEnd;
        }

        private String state = "CLOSED";
        private int epoch;
        private int row;
        private int good;
        private int openings;
        private long openUntil;
        private long millis;
        private long stale;
        private final List<Ticket> probes = new ArrayList<>();

        @Nullable
        Ticket admit() {
            for (Ticket probe : List.copyOf(probes)) {
                if (state.equals("HALF_OPEN") && probe.epoch == epoch && millis >= probe.leaseEnd) {
                    open(probe.leaseEnd);
                }
            }
            if (state.equals("OPEN") && millis >= openUntil) {
                to("HALF_OPEN");
            }
            if (state.equals("OPEN") || (state.equals("HALF_OPEN") && probesInFlight() > 0)) {
                return null;
            }
            var ticket = new Ticket();
            ticket.epoch = epoch;
            if (state.equals("HALF_OPEN")) {
                ticket.leaseEnd = millis + SETTINGS.probeLease().toMillis();
                probes.add(ticket);
            }
            return ticket;
        }

        void finish(Ticket ticket, int outcome) {
            if (ticket.done) {
                return;
            }
            ticket.done = true;
            probes.remove(ticket);
            if (ticket.epoch != epoch) {
                stale++;
            } else if (outcome >= 4) {
                row++;
                if (state.equals("HALF_OPEN") || row == 5) {
                    open(millis);
                }
            } else if (outcome > 0) {
                row = 0;
                good++;
                if (state.equals("HALF_OPEN") && good == 2) {
                    openings = 0;
                    to("CLOSED");
                }
            }
        }

        long probesInFlight() {
            return probes.stream().filter(probe -> probe.epoch == epoch).count();
        }

        long millisUntilRetry() {
            return state.equals("OPEN") ? Math.max(0, openUntil - millis) : 0;
        }

        private void open(long at) {
            openings++;
            to("OPEN");
            openUntil = at + Math.min(600_000L, 60_000L << Math.min(10, openings - 1));
        }

        private void to(String next) {
            state = next;
            epoch++;
            row = 0;
            good = 0;
        }
    }
}
