package dev.mneme.resilience;

import java.time.Duration;

/** The kinds of things a host calls, with the settings that suit each. */
public enum Target {
    /** A language model: 3 retries with jitter ceilings of 1, 2 and 4 s; an attempt may take 30 s. */
    MODEL,
    /** Redis, Qdrant and their like: 2 retries after 0.5 to 1 s and 0.5 to 2 s; an attempt may take 5 s. */
    STORE,
    /** A database: 2 retries with jitter ceilings of 100 and 200 ms; an attempt may take 5 s. */
    DATABASE;

    /** The defaults of this kind, to be varied. */
    public PolicySettings settings() {
        return switch (this) {
            case MODEL ->
                PolicySettings.of(
                        RetrySettings.of(3, Duration.ofSeconds(1), Duration.ofSeconds(4)), Duration.ofSeconds(30));
            case STORE ->
                PolicySettings.of(
                        RetrySettings.of(2, Duration.ofSeconds(1), Duration.ofSeconds(2))
                                .withMinWait(Duration.ofMillis(500)),
                        Duration.ofSeconds(5));
            case DATABASE ->
                PolicySettings.of(
                        RetrySettings.of(2, Duration.ofMillis(100), Duration.ofMillis(200)), Duration.ofSeconds(5));
        };
    }
}
