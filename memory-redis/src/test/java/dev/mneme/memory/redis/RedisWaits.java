package dev.mneme.memory.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waiting for what must happen, in tests that have no fixture of their own. */
final class RedisWaits {

    private RedisWaits() {}

    static void untilReachable(Redis redis) {
        until("Redis is reachable", redis::isReachable);
    }

    static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end)
                    .as("waited too long until " + what)
                    .isNegative();
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting until " + what, e);
            }
        }
    }
}
