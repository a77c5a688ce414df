package dev.mneme.events;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An envelope in the making; confined to one thread, and checked by whoever fills it. */
final class EnvelopeDraft {

    @Nullable
    UUID id;

    @Nullable
    String type;

    int version;
    int minReader;

    @Nullable
    Instant time;
    /** The last moment an event may be dated to. */
    Instant latest = Instant.MAX;

    @Nullable
    String source;

    @Nullable
    String key;

    @Nullable
    String traceId;

    @Nullable
    String correlationId;

    @Nullable
    String causationId;

    @Nullable
    SessionKey session;

    @Nullable
    Tenant tenant;

    Priority priority = Priority.NORMAL;
    Map<String, String> headers = Map.of();
    /** The bytes this envelope was read from, while nothing in it was changed. */
    byte @Nullable [] wire;
}
