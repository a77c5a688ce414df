package dev.mneme.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.KeyPath;
import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.EncodedEvent;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of the outbox that is still to be written. */
record OutboxRow(EncodedEvent event, TopicSettings topic, Duration delay) {

    /** So many lanes there are; it stands in the schema, too. */
    static final int LANES = 16;

    /** Their places stand in the table as numbers. */
    static final List<Priority> PRIORITIES = List.of(Priority.CRITICAL, Priority.HIGH, Priority.NORMAL, Priority.LOW);

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    UUID eventId() {
        return event.id();
    }

    String tenant() {
        return event.tenant().key();
    }

    @Nullable
    String key() {
        return event.key().map(KeyPath::encode).orElse(null);
    }

    /**
     * The same for all events that must stay in order, and null for those that need not. Two keys that meet in it only
     * wait for each other.
     */
    @Nullable
    Long orderHash() {
        String key = key();
        if (key == null || !topic.isOrdered()) {
            return null;
        }
        long hash = FNV_OFFSET;
        for (byte b : (event.type() + ':' + tenant() + ':' + key).getBytes(UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
        }
        return mixed(hash);
    }

    int priority() {
        return PRIORITIES.indexOf(event.priority());
    }

    int lane() {
        Long order = orderHash();
        long spread = order == null ? mixed(eventId().getLeastSignificantBits()) : order;
        return (int) Math.floorMod(spread, (long) LANES);
    }

    /** How bits of a 64-bit number are spread over all of it: the finalizer of MurmurHash3. */
    private static long mixed(long value) {
        long hash = value;
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    /** An event as it was stored. */
    static EncodedEvent event(
            UUID id, String topic, String tenant, @Nullable String key, int priority, byte[] payload) {
        return EncodedEvent.of(
                id,
                topic,
                Tenant.of(decoded(tenant)),
                key == null ? null : decoded(key),
                PRIORITIES.get(priority),
                payload);
    }

    private static String decoded(String part) {
        return KeyPath.split(part).get(0);
    }
}
