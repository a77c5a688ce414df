package dev.mneme.memory.redis;

import dev.mneme.memory.cache.spi.FarLevelException;

/** Failures of the client in the words of the far level: without a cause, whose message may hold keys. */
final class FarFailures {

    private FarFailures() {}

    static FarLevelException of(Throwable failure) {
        Throwable cause = Trouble.cause(failure);
        if (cause instanceof FarLevelException known) {
            return known;
        }
        String line = cause instanceof RedisGate.Refused refused ? refused.getMessage() : Trouble.line(cause);
        return new FarLevelException(line == null ? "Redis is away" : line, null);
    }
}
