package dev.mneme.bus;

import dev.mneme.resilience.Attempts;
import dev.mneme.resilience.Classifier;
import dev.mneme.resilience.RetrySettings;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The waits of {@link RetrySettings} drawn from a seed: whether to repeat is still the retry's decision. A retry of the user's
 * own draws its waits itself.
 */
final class SeededWaits implements Parts.RetryWaits {

    private final RandomGenerator random;
    private final Classifier classifier = Classifier.standard();

    SeededWaits(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public Optional<Duration> after(Exception failure, Attempts attempts, @Nullable RetrySettings settings) {
        Optional<Duration> wait = attempts.waitAfter(failure);
        if (settings == null || wait.isEmpty()) {
            return wait;
        }
        double ceiling = Math.min(
                (double) settings.maxCeiling().toNanos(),
                settings.firstCeiling().toNanos() * Math.pow(settings.growth(), attempts.failed() - 1.0));
        long least = settings.minWait().toNanos();
        var drawn = Duration.ofNanos(least + random.nextLong(Math.max(0, (long) ceiling - least) + 1));
        Duration asked = classifier.classify(failure).retryAfter();
        return Optional.of(drawn.compareTo(asked) < 0 ? asked : drawn);
    }
}
