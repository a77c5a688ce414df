package dev.mneme.memory.redis.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.EncodedEvent;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * An event and its place. An entry has six fields, in this order: {@code i} the event's id in 16 bytes, {@code t} its type,
 * {@code n} its tenant, {@code k} its key after a {@code =} or nothing, {@code d} what the codec wrote, {@code g} the group
 * that it was redriven for or nothing.
 */
record StreamEntry(EntryId id, EncodedEvent event) {

    private static final int TYPE = 3;
    private static final int TENANT = 5;
    private static final int KEY = 7;
    private static final int DATA = 9;

    /** From an answer of Redis: the id, and a flat list of fields. */
    static StreamEntry of(Priority priority, List<?> answer) {
        List<?> fields = (List<?>) answer.get(1);
        return new StreamEntry(EntryId.parse(priority, text(answer.get(0))), event(priority, fields));
    }

    static EncodedEvent event(Priority priority, List<?> fields) {
        String key = text(fields.get(KEY));
        return EncodedEvent.of(
                uuid((byte[]) fields.get(1)),
                text(fields.get(TYPE)),
                Tenant.of(text(fields.get(TENANT))),
                key.isEmpty() ? null : key.substring(1),
                priority,
                (byte[]) fields.get(DATA));
    }

    static byte[] key(EncodedEvent event) {
        return event.key().map(key -> ("=" + key).getBytes(UTF_8)).orElse(new byte[0]);
    }

    static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    static UUID uuid(byte[] bytes) {
        ByteBuffer halves = ByteBuffer.wrap(bytes);
        return new UUID(halves.getLong(), halves.getLong());
    }

    static String text(Object bytes) {
        return new String((byte[]) bytes, UTF_8);
    }
}
