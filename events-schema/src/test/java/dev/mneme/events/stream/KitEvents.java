package dev.mneme.events.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.EventRegistry;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;
import java.util.UUID;

/** What the contract kits send. */
public final class KitEvents {

    @EventType(name = "kit.counted", version = 1)
    public record Counted(int number) implements Event {}

    @EventType(name = "kit.named", version = 1)
    public record Named(String name) implements Event {}

    /** The version after {@link Named}, which a node of the day before cannot read. */
    @EventType(name = "kit.named", version = 2, minReader = 2)
    public record NamedV2(String fullName) implements Event {}

    public static final EventCodec CODEC = EventCodec.of(EventRegistry.of(Counted.class, Named.class));

    public static final EventCodec NEWER_CODEC =
            EventCodec.of(EventRegistry.of(Counted.class, Named.class, NamedV2.class)
                    .upcast("kit.named", 1, data -> data.rename("name", "fullName")));

    public static final Tenant TENANT = Tenant.of("kit");

    private KitEvents() {}

    public static Envelope<Counted> counted(int number) {
        return Envelope.of(new Counted(number)).source("/kit").tenant(TENANT);
    }

    public static Envelope<Counted> counted(int number, SessionKey session) {
        return Envelope.of(new Counted(number)).source("/kit").session(session);
    }

    public static EncodedEvent encoded(int number) {
        return EncodedEvent.of(counted(number), CODEC);
    }

    public static EncodedEvent encoded(int number, String key) {
        return EncodedEvent.of(counted(number).key(key), CODEC);
    }

    public static EncodedEvent newer(String fullName) {
        return EncodedEvent.of(newerNamed(fullName), NEWER_CODEC);
    }

    public static Envelope<NamedV2> newerNamed(String fullName) {
        return Envelope.of(new NamedV2(fullName)).source("/kit").tenant(TENANT);
    }

    public static EncodedEvent malformed() {
        return EncodedEvent.of(
                UUID.randomUUID(), "kit.counted", TENANT, null, Priority.NORMAL, "{\"no".getBytes(UTF_8));
    }
}
