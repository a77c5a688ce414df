package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An event with what its carriers need: whose it is, where it came from, what caused it, with what it must stay in order.
 *
 * <p>Immutable. Every method that takes a value returns another envelope. A tenant and a source are required: encoding
 * an envelope without them fails. An envelope that came from {@link EventCodec#decode} and was not changed is encoded to
 * the very bytes it came from; once changed, it is written anew, in the newest version this node has.
 *
 * <pre>{@code
 * Envelope.of(new MemoryNotedV2(id, "likes tea", HIGH, user)).key(agentId).source("/chat").session(s).causedBy(incoming)
 * }</pre>
 *
 * @param <E> the event's record
 */
public final class Envelope<E extends Event> {

    /** The most characters (UTF-16 units) a key, a source, a correlation or a causation id may have. */
    public static final int MAX_ID_LENGTH = 256;

    /** The most bytes (UTF-8, names and values) all headers may have together. */
    public static final int MAX_HEADER_BYTES = 4096;

    /** How far ahead of this node's clock an event may be dated, for clocks that differ. */
    public static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");
    private static final String NO_TRACE = "0".repeat(32);

    private final UUID id;
    private final String type;
    private final int version;
    private final int minReader;
    private final Instant time;
    private final Instant latest;
    private final @Nullable String source;
    private final @Nullable String key;
    private final @Nullable String traceId;
    private final @Nullable String correlationId;
    private final @Nullable String causationId;
    private final @Nullable SessionKey session;
    private final @Nullable Tenant tenant;
    private final Priority priority;
    private final Map<String, String> headers;
    private final E data;
    private final byte @Nullable [] wire;

    Envelope(EnvelopeDraft draft, E data) {
        this.id = requireNonNull(draft.id);
        this.type = requireNonNull(draft.type);
        this.version = draft.version;
        this.minReader = draft.minReader;
        this.time = requireNonNull(draft.time);
        this.latest = draft.latest;
        this.source = draft.source;
        this.key = draft.key;
        this.traceId = draft.traceId;
        this.correlationId = draft.correlationId;
        this.causationId = draft.causationId;
        this.session = draft.session;
        this.tenant = draft.tenant;
        this.priority = draft.priority;
        this.headers = draft.headers;
        this.data = data;
        this.wire = draft.wire;
    }

    /**
     * An envelope with a new id (UUID version 7), the present time and the record's own priority.
     *
     * @throws IllegalArgumentException if the event's class is no record with a proper {@link EventType}
     */
    public static <E extends Event> Envelope<E> of(E event) {
        return of(event, InstantSource.system());
    }

    /** The same, by another clock. */
    public static <E extends Event> Envelope<E> of(E event, InstantSource clock) {
        EventDeclaration declared = EventDeclaration.of(event.getClass());
        Instant now = inRange(clock.instant());
        var draft = new EnvelopeDraft();
        draft.id = EventIds.at(now);
        draft.type = declared.name();
        draft.version = declared.version();
        draft.minReader = declared.minReader();
        draft.priority = declared.priority();
        draft.time = now;
        draft.latest = now.plus(MAX_AHEAD);
        return new Envelope<>(draft, event);
    }

    /** The event's id, for all its deliveries. */
    public UUID id() {
        return id;
    }

    /** The event's name, as {@link EventType#name()} gives it. */
    public String type() {
        return type;
    }

    /** The version of {@link #data()}; after decoding, the newest that this node has. */
    public int version() {
        return version;
    }

    /** The oldest version whose readers understand {@link #data()}. */
    public int minReader() {
        return minReader;
    }

    /** When it happened. */
    public Instant time() {
        return time;
    }

    /**
     * Where it happened.
     *
     * @throws IllegalStateException if no source was given; one that the codec adds is seen by those who decode
     */
    public String source() {
        return stated("source", source, "add source(...), or give the codec a source");
    }

    /** With what it stays in order: events of one tenant with the same key are delivered in the order they were sent. */
    public Optional<String> key() {
        return Optional.ofNullable(key);
    }

    /** The W3C trace it belongs to, 32 hexadecimal digits. */
    public Optional<String> traceId() {
        return Optional.ofNullable(traceId);
    }

    /** What all events of one affair share: by default the id of the event that began it. */
    public Optional<String> correlationId() {
        return Optional.ofNullable(correlationId);
    }

    /** The id of what caused it. */
    public Optional<String> causationId() {
        return Optional.ofNullable(causationId);
    }

    /** The session it happened in. */
    public Optional<SessionKey> session() {
        return Optional.ofNullable(session);
    }

    /**
     * Whose event it is.
     *
     * @throws IllegalStateException if neither a tenant nor a session was given
     */
    public Tenant tenant() {
        return stated("tenant", tenant, "add tenant(...) or session(...)");
    }

    public Priority priority() {
        return priority;
    }

    /** What else was said, by name, sorted. */
    public Map<String, String> headers() {
        return headers;
    }

    public E data() {
        return data;
    }

    /** This envelope as one of the given record, or nothing if its data is another. */
    public <T extends Event> Optional<Envelope<T>> as(Class<T> type) {
        if (!type.isInstance(data)) {
            return Optional.empty();
        }
        @SuppressWarnings("unchecked") // data is a T, and an envelope only ever gives it away
        var typed = (Envelope<T>) this;
        return Optional.of(typed);
    }

    /** With another id, for instance one that was drawn before the event was. */
    public Envelope<E> id(UUID id) {
        EnvelopeDraft draft = draft();
        draft.id = requireNonNull(id, "id");
        return new Envelope<>(draft, data);
    }

    /**
     * With another time.
     *
     * @throws IllegalArgumentException if it lies before 1970, or more than {@link #MAX_AHEAD} after the envelope was
     *     made; a decoded envelope has any time up to the year 9999
     */
    public Envelope<E> time(Instant time) {
        Instant checked = inRange(time);
        if (checked.isAfter(latest)) {
            throw new IllegalArgumentException("time must be at most " + MAX_AHEAD + " ahead, was " + time);
        }
        EnvelopeDraft draft = draft();
        draft.time = checked;
        return new Envelope<>(draft, data);
    }

    /**
     * With the place it comes from.
     *
     * @param source a URI or a part of one, as {@code /chat} or {@code https://host/chat}
     * @throws IllegalArgumentException if it is blank, too long, or no URI reference
     */
    public Envelope<E> source(String source) {
        EnvelopeDraft draft = draft();
        draft.source = checkSource(source);
        return new Envelope<>(draft, data);
    }

    /**
     * With the key that it stays in order with.
     *
     * @throws IllegalArgumentException if it is blank or too long
     */
    public Envelope<E> key(String key) {
        checkId("key", key);
        EnvelopeDraft draft = draft();
        draft.key = key;
        return new Envelope<>(draft, data);
    }

    /**
     * With the W3C trace it belongs to.
     *
     * @throws IllegalArgumentException if it is not 32 digits of {@code 0-9a-f}, or all zero
     */
    public Envelope<E> traceId(String traceId) {
        if (!isTraceId(traceId)) {
            throw new IllegalArgumentException(
                    "trace id must be 32 lower-case hexadecimal digits and not all zero, had " + traceId.length()
                            + " characters");
        }
        EnvelopeDraft draft = draft();
        draft.traceId = traceId;
        return new Envelope<>(draft, data);
    }

    /**
     * With the affair it belongs to.
     *
     * @throws IllegalArgumentException if it is blank or too long
     */
    public Envelope<E> correlationId(String correlationId) {
        checkId("correlation id", correlationId);
        EnvelopeDraft draft = draft();
        draft.correlationId = correlationId;
        return new Envelope<>(draft, data);
    }

    /**
     * With the id of what caused it, where that was no event; else {@link #causedBy}.
     *
     * @throws IllegalArgumentException if it is blank or too long
     */
    public Envelope<E> causationId(String causationId) {
        checkId("causation id", causationId);
        EnvelopeDraft draft = draft();
        draft.causationId = causationId;
        return new Envelope<>(draft, data);
    }

    /** With its session, and so with the session's tenant. */
    public Envelope<E> session(SessionKey session) {
        EnvelopeDraft draft = draft();
        draft.session = session;
        draft.tenant = session.tenant();
        return new Envelope<>(draft, data);
    }

    /**
     * With its owner.
     *
     * @throws IllegalArgumentException if it has a session of another tenant
     */
    public Envelope<E> tenant(Tenant tenant) {
        requireNonNull(tenant, "tenant");
        if (session != null && !session.tenant().equals(tenant)) {
            throw new IllegalArgumentException("tenant must be that of the session, was another");
        }
        EnvelopeDraft draft = draft();
        draft.tenant = tenant;
        return new Envelope<>(draft, data);
    }

    public Envelope<E> priority(Priority priority) {
        EnvelopeDraft draft = draft();
        draft.priority = requireNonNull(priority, "priority");
        return new Envelope<>(draft, data);
    }

    /**
     * With one more header, or another value for it. It travels as a CloudEvents extension attribute.
     *
     * @param name 1 to 20 characters of {@code a-z} and {@code 0-9}, and none that the envelope itself uses
     * @throws IllegalArgumentException if the name breaks this rule, or all headers together have more than
     *     {@value #MAX_HEADER_BYTES} bytes
     */
    public Envelope<E> header(String name, String value) {
        Attributes.checkHeaderName(name);
        var more = new TreeMap<>(headers);
        more.put(name, value);
        int bytes = 0;
        for (var header : more.entrySet()) {
            bytes += header.getKey().length() + header.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > MAX_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "headers must have at most " + MAX_HEADER_BYTES + " bytes together, had " + bytes);
        }
        EnvelopeDraft draft = draft();
        draft.headers = Collections.unmodifiableMap(more);
        return new Envelope<>(draft, data);
    }

    /**
     * As the consequence of another event: its id becomes the causation id, and trace, correlation, session and tenant
     * are copied where this envelope has none. A session of another tenant is not copied.
     */
    public Envelope<E> causedBy(Envelope<?> parent) {
        EnvelopeDraft draft = draft();
        draft.causationId = parent.id.toString();
        draft.traceId = traceId == null ? parent.traceId : traceId;
        draft.correlationId =
                correlationId == null ? parent.correlationId().orElse(parent.id.toString()) : correlationId;
        draft.tenant = tenant == null ? parent.tenant : tenant;
        if (session == null && parent.session != null && parent.session.tenant().equals(draft.tenant)) {
            draft.session = parent.session;
        }
        return new Envelope<>(draft, data);
    }

    /** The bytes this was decoded from, if nothing was changed since. */
    byte @Nullable [] wire() {
        return wire;
    }

    static boolean isTraceId(String text) {
        return TRACE_ID.matcher(text).matches() && !text.equals(NO_TRACE);
    }

    private EnvelopeDraft draft() {
        var draft = new EnvelopeDraft();
        draft.id = id;
        draft.type = type;
        draft.version = version;
        draft.minReader = minReader;
        draft.time = time;
        draft.latest = latest;
        draft.source = source;
        draft.key = key;
        draft.traceId = traceId;
        draft.correlationId = correlationId;
        draft.causationId = causationId;
        draft.session = session;
        draft.tenant = tenant;
        draft.priority = priority;
        draft.headers = headers;
        return draft;
    }

    boolean hasSource() {
        return source != null;
    }

    /** The source, if it keeps the rule for sources. */
    static String checkSource(String source) {
        checkId("source", source);
        try {
            new URI(source);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("source must be a URI or a part of one, was no such thing", e);
        }
        return source;
    }

    private <T> T stated(String what, @Nullable T value, String remedy) {
        if (value == null) {
            throw new IllegalStateException(
                    "an envelope must have a " + what + ", " + type + " " + id + " has none: " + remedy);
        }
        return value;
    }

    private static Instant inRange(Instant time) {
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException("time must lie between 1970 and 9999, was " + time);
        }
        return time;
    }

    private static void checkId(String what, String id) {
        if (id.isBlank() || id.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    what + " must not be blank and have at most " + MAX_ID_LENGTH + " characters, had " + id.length());
        }
    }

    /** Whether both say the same of the same event; the bytes they came from do not count. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Envelope<?> that
                && id.equals(that.id)
                && type.equals(that.type)
                && version == that.version
                && minReader == that.minReader
                && time.equals(that.time)
                && Objects.equals(source, that.source)
                && Objects.equals(key, that.key)
                && Objects.equals(traceId, that.traceId)
                && Objects.equals(correlationId, that.correlationId)
                && Objects.equals(causationId, that.causationId)
                && Objects.equals(session, that.session)
                && Objects.equals(tenant, that.tenant)
                && priority == that.priority
                && headers.equals(that.headers)
                && data.equals(that.data);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Type, version and id; never the data. */
    @Override
    public String toString() {
        return type + " v" + version + " " + id;
    }
}
