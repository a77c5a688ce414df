package dev.mneme.benchmarks.cache;

import dev.mneme.memory.Memory;
import java.time.Duration;

/** Waits until a memory has heard from its server: what is near is served from then on. */
final class Trust {

    private static final Duration AT_MOST = Duration.ofSeconds(20);

    private Trust() {}

    static void await(Memory memory) {
        long until = System.nanoTime() + AT_MOST.toNanos();
        while (!memory.cacheHealth().connected() || memory.cacheHealth().untrustedBuckets() > 0) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException("no trust within " + AT_MOST + ": " + memory.cacheHealth());
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
