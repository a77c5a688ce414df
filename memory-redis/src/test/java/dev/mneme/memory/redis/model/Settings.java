package dev.mneme.memory.redis.model;

import static dev.mneme.memory.redis.model.Simulation.MILLIS;
import static dev.mneme.memory.redis.model.Simulation.SECONDS;

/**
 * The times of the caches, scaled so that everything can happen in one short schedule, and how bad this schedule's
 * world is. Shares are probabilities, times are microseconds.
 */
record Settings(
        int nodes,
        long staleOnError,
        boolean staleWhenCutOff,
        boolean firstCacheStaleToo,
        double busLoss,
        double busDuplicates,
        boolean busReorders,
        double lateScripts,
        double lostReplies,
        double repeatedScripts,
        double preemption,
        double longPreemption,
        double slowLoads,
        double failingLoads) {

    static final long BOUND = 1_500 * MILLIS;
    static final long BEAT_EVERY = 500 * MILLIS;
    static final long TTL = 6 * SECONDS;
    static final long NEGATIVE_TTL = 2 * SECONDS;
    static final long NEAR_TTL = 4 * SECONDS;
    static final long STALE_MAX = 2 * SECONDS;
    static final long FAR_TIMEOUT = 25 * MILLIS;
    static final long CONTROL_TIMEOUT = 800 * MILLIS;
    static final long LOADER_TIMEOUT = 2 * SECONDS;
    static final int QUEUE_CAPACITY = 2;
    static final long REMEMBERED_FOR = 60 * SECONDS;

    long leaseFor() {
        return LOADER_TIMEOUT + SECONDS;
    }

    boolean stale(int key) {
        return staleWhenCutOff && (firstCacheStaleToo || Layout.ofSecondCache(key));
    }

    static Settings any(Simulation sim) {
        return new Settings(
                3 + sim.below(2),
                sim.chance(0.5) ? 3 * SECONDS : 0,
                sim.chance(0.5),
                sim.chance(0.3),
                oneOf(sim, 0.05, 0.5, 0.9, 1),
                oneOf(sim, 0, 0.1, 0.3),
                sim.chance(0.3),
                oneOf(sim, 0, 0.02, 0.15),
                oneOf(sim, 0, 0.02, 0.2),
                oneOf(sim, 0, 0.05, 0.4),
                oneOf(sim, 0.05, 0.3, 0.6),
                oneOf(sim, 0, 0.01, 0.05),
                oneOf(sim, 0.1, 0.5),
                oneOf(sim, 0, 0.1, 0.5));
    }

    private static double oneOf(Simulation sim, double... values) {
        return values[sim.below(values.length)];
    }
}
