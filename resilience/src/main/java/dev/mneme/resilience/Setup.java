package dev.mneme.resilience;

import dev.mneme.Ticker;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** What the parts of one {@link Resilience} share. */
record Setup(
        Ticker ticker,
        Classifier classifier,
        Waits waits,
        Executor executor,
        RandomGenerator random,
        Watchdog watchdog) {}
