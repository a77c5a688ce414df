package dev.mneme.events.stream;

import dev.mneme.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only when a test says so; it begins shortly before the ticker overflows. */
public final class MovableTime implements Ticker, InstantSource {

    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(90).toNanos();
    private static final Instant DATE = Instant.parse("2026-03-01T10:00:00Z");

    private final AtomicLong passed = new AtomicLong();

    @Override
    public long nanos() {
        return START + passed.get();
    }

    @Override
    public Instant instant() {
        return DATE.plusNanos(passed.get());
    }

    public void advance(Duration by) {
        passed.addAndGet(by.toNanos());
    }
}
