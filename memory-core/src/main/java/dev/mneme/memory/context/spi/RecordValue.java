package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Limits;
import java.time.Duration;
import java.time.Instant;

/** The one formula for what a record is worth; {@link Limits#halfLife(Duration)} has it in words, with its sources. */
public final class RecordValue {

    private RecordValue() {}

    /** From 0 to 2/3; the higher, the more worth keeping. */
    public static double of(Held record, Instant now, Duration halfLife) {
        Interaction facts = record.facts();
        return facts.importance() * recency(record.freshest(), now, halfLife) * outcome(facts);
    }

    private static double recency(Instant freshest, Instant now, Duration halfLife) {
        if (!freshest.isBefore(now)) {
            return 1;
        }
        return Math.pow(0.5, seconds(Duration.between(freshest, now)) / seconds(halfLife));
    }

    /** Laplace: (successes + 1) / (trials + 2). */
    private static double outcome(Interaction facts) {
        int trials = facts.success().isPresent() ? 1 : 0;
        int successes = facts.success().orElse(false) ? 1 : 0;
        return (successes + 1.0) / (trials + 2.0);
    }

    private static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }
}
