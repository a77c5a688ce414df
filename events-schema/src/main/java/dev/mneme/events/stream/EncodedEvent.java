package dev.mneme.events.stream;

import static java.util.Objects.requireNonNull;

import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import dev.mneme.events.Priority;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as it travels: its bytes, and beside them what a carrier must know without reading them.
 *
 * <p>A carrier forwards the bytes as they are, so an event passes unharmed through a node that does not know its type or
 * its version. Immutable.
 */
public final class EncodedEvent {

    private final UUID id;
    private final String type;
    private final Tenant tenant;
    private final @Nullable String key;
    private final Priority priority;
    private final byte[] bytes;

    private EncodedEvent(UUID id, String type, Tenant tenant, @Nullable String key, Priority priority, byte[] bytes) {
        this.id = requireNonNull(id, "id");
        this.type = requireNonNull(type, "type");
        this.tenant = requireNonNull(tenant, "tenant");
        this.key = key;
        this.priority = requireNonNull(priority, "priority");
        this.bytes = bytes;
    }

    /**
     * The envelope in the codec's bytes.
     *
     * @throws RuntimeException whatever {@link EventCodec#encode} throws for an envelope that cannot be written
     */
    public static EncodedEvent of(Envelope<?> event, EventCodec codec) {
        return new EncodedEvent(
                event.id(),
                event.type(),
                event.tenant(),
                event.key().orElse(null),
                event.priority(),
                codec.encode(event));
    }

    /**
     * An event that was encoded before, for instance read from a table.
     *
     * @param type the event's name
     * @param key with what it stays in order, if anything
     * @param bytes what the codec wrote; copied
     */
    public static EncodedEvent of(
            UUID id, String type, Tenant tenant, @Nullable String key, Priority priority, byte[] bytes) {
        return new EncodedEvent(id, type, tenant, key, priority, bytes.clone());
    }

    /** The event's id, the same for all its deliveries. */
    public UUID id() {
        return id;
    }

    /** The event's name. */
    public String type() {
        return type;
    }

    public Tenant tenant() {
        return tenant;
    }

    /** With what it stays in order among the events of its tenant. */
    public Optional<String> key() {
        return Optional.ofNullable(key);
    }

    public Priority priority() {
        return priority;
    }

    /** What the codec wrote, as a new array. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** How many bytes the codec wrote. */
    public int size() {
        return bytes.length;
    }

    /** The array itself, which nobody may change. */
    byte[] shared() {
        return bytes;
    }

    /** Tenant and key, or null for an event that may be handled at any time. */
    @Nullable
    OrderKey orderKey() {
        return key == null ? null : new OrderKey(tenant, key);
    }

    /** What events must share to be kept in order. */
    record OrderKey(Tenant tenant, String key) {}

    /** Whether both are the same event in the same bytes. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EncodedEvent that
                && id.equals(that.id)
                && type.equals(that.type)
                && tenant.equals(that.tenant)
                && key().equals(that.key())
                && priority == that.priority
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Type, id and size; never the data. */
    @Override
    public String toString() {
        return type + " " + id + " (" + bytes.length + " bytes)";
    }
}
