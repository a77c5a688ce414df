package dev.mneme.events;

import dev.mneme.SessionKey;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The events of these tests: one that changed twice, and one with every type a component may have. */
final class Samples {

    private Samples() {}

    @EventType(name = "memory.noted", version = 1)
    record NotedV1(String memoryId, String text) implements Event {
        NotedV1 {
            Check.notBlank(memoryId, "memoryId");
        }
    }

    @EventType(name = "memory.noted", version = 2, minReader = 2)
    record NotedV2(
            String memoryId,
            String content,
            Importance importance,
            @Personal @Nullable String owner) implements Event {
        NotedV2 {
            Check.notBlank(memoryId, "memoryId");
            Check.maxLength(content, 16_384, "content");
        }
    }

    /** Adds a field that readers of version 2 can do without. */
    @EventType(name = "memory.noted", version = 3, minReader = 2, priority = Priority.HIGH)
    record NotedV3(
            String memoryId,
            String content,
            Importance importance,
            @Personal @Nullable String owner,
            @Nullable BigDecimal weight)
            implements Event {
        NotedV3 {
            Check.notBlank(memoryId, "memoryId");
            Check.maxLength(content, 16_384, "content");
        }
    }

    enum Importance {
        LOW,
        MEDIUM,
        HIGH,
        UNKNOWN
    }

    enum Light {
        RED,
        GREEN
    }

    record Part(String name, @Nullable Integer count, List<Light> lights) {}

    @EventType(name = "sample.everything", version = 1, priority = Priority.LOW)
    record Everything(
            String text,
            boolean truth,
            @Nullable Boolean boxedTruth,
            int whole,
            @Nullable Integer boxedWhole,
            long wide,
            @Nullable Long boxedWide,
            double floating,
            @Nullable Double boxedFloating,
            BigDecimal decimal,
            BigInteger integer,
            Instant instant,
            Duration duration,
            LocalDate date,
            UUID uuid,
            Light light,
            Importance importance,
            Part part,
            @Nullable Part otherPart,
            List<Part> parts,
            List<List<String>> table,
            Map<String, Instant> times,
            Map<String, List<Part>> groups)
            implements Event {}

    static final Upcaster V1_TO_V2 = data ->
            data.rename("text", "content").putIfAbsent("importance", "MEDIUM").putIfAbsent("owner", "unknown");

    static final Upcaster V2_TO_V3 = data -> data.putIfAbsent("weight", new BigDecimal("1.10"));

    static final EventRegistry N1 = EventRegistry.of(NotedV1.class, Everything.class);
    static final EventRegistry N2 = N1.with(NotedV2.class).upcast("memory.noted", 1, V1_TO_V2);
    static final EventRegistry N3 = N2.with(NotedV3.class).upcast("memory.noted", 2, V2_TO_V3);

    static <E extends Event> Envelope<E> envelope(E event) {
        return Envelope.of(event)
                .id(UUID.fromString("019b76da-a800-7000-8000-000000000001"))
                .time(Instant.parse("2026-01-01T00:00:00.5Z"))
                .source("/chat")
                .session(SessionKey.of("t", "s"))
                .key("agent");
    }

    static Decoded.Known known(Decoded decoded) {
        return decoded.fold(
                known -> known,
                unknown -> {
                    throw new AssertionError(unknown);
                },
                malformed -> {
                    throw new AssertionError(malformed);
                });
    }

    static Decoded.Unknown unknown(Decoded decoded) {
        return decoded.fold(
                known -> {
                    throw new AssertionError(known);
                },
                unknown -> unknown,
                malformed -> {
                    throw new AssertionError(malformed);
                });
    }

    static Decoded.Malformed malformed(Decoded decoded) {
        return decoded.fold(
                known -> {
                    throw new AssertionError(known);
                },
                unknown -> {
                    throw new AssertionError(unknown);
                },
                malformed -> malformed);
    }
}
