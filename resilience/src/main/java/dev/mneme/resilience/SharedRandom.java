package dev.mneme.resilience;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** A generator that any thread may use. */
final class SharedRandom implements RandomGenerator {

    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }
}
