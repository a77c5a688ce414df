package dev.mneme.benchmarks.events;

import dev.mneme.SessionKey;
import dev.mneme.events.Check;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.events.EventType;
import dev.mneme.events.Personal;
import dev.mneme.events.Priority;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event of about 1 KB on the wire, in three versions, and the same as a plain record. */
final class BenchmarkEvents {

    private BenchmarkEvents() {}

    /** How much a note matters. */
    public enum Importance {
        LOW,
        MEDIUM,
        HIGH,
        UNKNOWN
    }

    /** The first version. */
    @EventType(name = "memory.noted", version = 1)
    public record NotedV1(
            String memoryId,
            String text,
            String owner,
            List<String> tags,
            double score,
            long size,
            BigDecimal cost,
            Instant notedAt)
            implements Event {}

    /** Has another name for the text, and an importance. */
    @EventType(name = "memory.noted", version = 2)
    public record NotedV2(
            String memoryId,
            String content,
            Importance importance,
            String owner,
            List<String> tags,
            double score,
            long size,
            BigDecimal cost,
            Instant notedAt)
            implements Event {}

    /** Has a language. */
    @EventType(name = "memory.noted", version = 3)
    public record NotedV3(
            String memoryId,
            String content,
            Importance importance,
            @Personal String owner,
            List<String> tags,
            double score,
            long size,
            BigDecimal cost,
            Instant notedAt,
            @Nullable String language)
            implements Event {

        /** The rules that any host would state. */
        public NotedV3 {
            Check.notBlank(memoryId, "memoryId");
            Check.maxLength(content, 16_384, "content");
        }
    }

    /** The whole document as a record, for a plain JSON library to read and write. */
    public record Plain(
            String specversion,
            UUID id,
            String source,
            String type,
            int dataversion,
            int minreader,
            Instant time,
            Priority priority,
            String tenant,
            String sessionid,
            String partitionkey,
            String traceid,
            String correlationid,
            String causationid,
            NotedV3 data) {}

    static final EventRegistry REGISTRY = EventRegistry.of(NotedV1.class, NotedV2.class, NotedV3.class)
            .upcast("memory.noted", 1, data -> data.rename("text", "content").putIfAbsent("importance", "MEDIUM"))
            .upcast("memory.noted", 2, data -> data.putIfAbsent("language", "en"));

    static final EventCodec CODEC = EventCodec.of(REGISTRY);

    private static final String TEXT = "likes green tea in the morning, and a long walk after it; ".repeat(7);
    private static final Instant TIME = Instant.parse("2026-01-01T12:30:15.123456Z");
    private static final List<String> TAGS = List.of("taste", "morning", "habit");
    private static final BigDecimal COST = new BigDecimal("0.00123");

    static Envelope<NotedV1> first() {
        return envelope(new NotedV1("memory-000001", TEXT, "user-4711", TAGS, 0.8125, 406, COST, TIME));
    }

    static Envelope<NotedV2> second() {
        return envelope(
                new NotedV2("memory-000001", TEXT, Importance.HIGH, "user-4711", TAGS, 0.8125, 406, COST, TIME));
    }

    static Envelope<NotedV3> newest() {
        return envelope(
                new NotedV3("memory-000001", TEXT, Importance.HIGH, "user-4711", TAGS, 0.8125, 406, COST, TIME, "en"));
    }

    private static <E extends Event> Envelope<E> envelope(E event) {
        return Envelope.of(event)
                .time(TIME)
                .source("/chat")
                .session(SessionKey.of("tenant-17", "session-0815"))
                .key("planner")
                .traceId("0af7651916cd43dd8448eb211c80319c")
                .correlationId("019b76da-a800-7000-8000-000000000001")
                .causationId("019b76da-a800-7000-8000-000000000002");
    }
}
