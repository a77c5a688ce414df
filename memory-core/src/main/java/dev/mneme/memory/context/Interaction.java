package dev.mneme.memory.context;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened to an agent and may matter later: a message, a tool call, a decision, a note.
 *
 * <p>An interaction is known by its id within one agent's memory. Adding the same id again replaces the record, unless
 * the one that is there is newer by {@link #time()}; so to retry the add of an interaction with an id and a time changes
 * nothing.
 *
 * <p>Immutable. Each of the methods that take a value returns a copy with that part changed; parts that are not given
 * have the defaults named there. Every part is checked where it is given.
 */
public final class Interaction {

    /** The type of an interaction that was given none. */
    public static final String DEFAULT_TYPE = "message";

    /** The importance of an interaction that was given none; neither lifts nor lowers its rank. */
    public static final double DEFAULT_IMPORTANCE = 0.5;

    /** The most entries of metadata. */
    public static final int MAX_META = 64;

    /** The most characters (UTF-16 units) of an id. */
    public static final int MAX_ID_LENGTH = 512;

    /** The most characters (UTF-16 units) of a type, session, speaker or metadata key. */
    public static final int MAX_NAME_LENGTH = 256;

    private final String id;
    private final String text;
    private final Parts parts;

    private Interaction(String id, String text, Parts parts) {
        this.id = id;
        this.text = text;
        this.parts = parts;
    }

    /**
     * An interaction with the caller's own id: the way to make adding idempotent.
     *
     * @param id 1 to {@value #MAX_ID_LENGTH} characters, unique within the agent's memory
     * @param text what happened, in the words to be found again; may be blank only if a {@link #vector} follows
     * @throws IllegalArgumentException if the id is blank or too long
     */
    public static Interaction of(String id, String text) {
        checkName("id", id, MAX_ID_LENGTH);
        return new Interaction(id, text, new Parts());
    }

    /** An interaction with a made id (a random UUID): adding the same words twice makes two records. */
    public static Interaction of(String text) {
        return of(UUID.randomUUID().toString(), text);
    }

    /**
     * What kind of interaction this is, such as {@code tool_call}; {@value #DEFAULT_TYPE} by default.
     *
     * @throws IllegalArgumentException if the type is blank or too long
     */
    public Interaction type(String type) {
        checkName("type", type, MAX_NAME_LENGTH);
        return with(parts -> parts.type = type);
    }

    /**
     * The conversation it belongs to; none by default. A record with a session is a turn, and is found by what the turns
     * around it say as well; see {@link RetrievalProfile}.
     *
     * @throws IllegalArgumentException if the session is blank or too long
     */
    public Interaction session(String session) {
        checkName("session", session, MAX_NAME_LENGTH);
        return with(parts -> parts.session = session);
    }

    /**
     * Its place within the session, from 0; none by default. Turns without one stand behind those with one, by their times.
     *
     * @throws IllegalArgumentException if the position is below 0
     */
    public Interaction position(int position) {
        if (position < 0) {
            throw new IllegalArgumentException("position must be at least 0, was " + position);
        }
        return with(parts -> parts.position = position);
    }

    /**
     * Who said or did it; none by default. The name is searched along with the text.
     *
     * @throws IllegalArgumentException if the speaker is blank or too long
     */
    public Interaction speaker(String speaker) {
        checkName("speaker", speaker, MAX_NAME_LENGTH);
        return with(parts -> parts.speaker = speaker);
    }

    /** Whether it went well; unknown by default. */
    public Interaction success(boolean success) {
        return with(parts -> parts.success = success);
    }

    /**
     * When it happened, kept to the millisecond; by default the moment at which it is added, by the store's clock.
     *
     * @throws IllegalArgumentException if the time is further from 1970 than 64 bits of milliseconds reach
     */
    public Interaction time(Instant time) {
        Instant kept = toMillisecond(time);
        return with(parts -> parts.time = kept);
    }

    /**
     * How much it matters, from 0 to 1; {@value #DEFAULT_IMPORTANCE} by default.
     *
     * @throws IllegalArgumentException if the importance is out of range
     */
    public Interaction importance(double importance) {
        if (!(importance >= 0 && importance <= 1)) {
            throw new IllegalArgumentException("importance must be from 0 to 1, was " + importance);
        }
        return with(parts -> parts.importance = importance);
    }

    /**
     * Marks it as one that neither {@link Limits} nor a {@link Prune} may remove. Its time to live, if it has one, still ends
     * it, and adding the interaction again without the mark takes it away.
     */
    public Interaction pinned() {
        return with(parts -> parts.pinned = true);
    }

    /**
     * Sets one entry of metadata; an earlier value of the key is replaced.
     *
     * @param key 1 to {@value #MAX_NAME_LENGTH} characters, not blank
     * @throws IllegalArgumentException if the key is blank or too long, the value is not allowed, or there would be more
     *     than {@value #MAX_META} entries
     */
    public Interaction meta(String key, MetaValue value) {
        checkName("metadata key", key, MAX_NAME_LENGTH);
        var entries = new TreeMap<>(parts.meta);
        entries.put(key, value);
        if (entries.size() > MAX_META) {
            throw new IllegalArgumentException(
                    "metadata must have at most " + MAX_META + " entries, had " + entries.size());
        }
        Map<String, MetaValue> kept = Collections.unmodifiableMap(entries);
        return with(parts -> parts.meta = kept);
    }

    /** Sets one entry of metadata to a text; see {@link #meta(String, MetaValue)}. */
    public Interaction meta(String key, String value) {
        return meta(key, MetaValue.of(value));
    }

    /** Sets one entry of metadata to a whole number; see {@link #meta(String, MetaValue)}. */
    public Interaction meta(String key, long value) {
        return meta(key, MetaValue.of(value));
    }

    /** Sets one entry of metadata to a decimal number; see {@link #meta(String, MetaValue)}. */
    public Interaction meta(String key, double value) {
        return meta(key, MetaValue.of(value));
    }

    /** Sets one entry of metadata to yes or no; see {@link #meta(String, MetaValue)}. */
    public Interaction meta(String key, boolean value) {
        return meta(key, MetaValue.of(value));
    }

    /** Sets one entry of metadata to a time; see {@link #meta(String, MetaValue)}. */
    public Interaction meta(String key, Instant value) {
        return meta(key, MetaValue.of(value));
    }

    /**
     * How long it is remembered, counted from its {@link #time()}; for ever by default. Once the time is over no call
     * returns or counts it.
     *
     * @throws IllegalArgumentException if the duration is not above zero
     */
    public Interaction ttl(Duration ttl) {
        if (ttl.isZero() || ttl.isNegative()) {
            throw new IllegalArgumentException("ttl must be above zero, was " + ttl);
        }
        return with(parts -> parts.ttl = ttl);
    }

    /**
     * A ready-made embedding, so that the store's embedder is not asked; of any length above zero (records are compared
     * by the cosine), with as many dimensions as the store's embedder has.
     *
     * @throws IllegalArgumentException if the vector has no dimensions, is all zero, or holds a NaN or an infinity
     */
    public Interaction vector(float[] vector) {
        float[] kept = vector.clone();
        checkVector(kept);
        return with(parts -> parts.vector = kept);
    }

    /** These parts without text and vector: what a store keeps at hand for filtering. */
    public Interaction withoutContent() {
        return new Interaction(id, "", changed(parts -> parts.vector = null));
    }

    /** These parts with this text and vector: what a store puts together again for a hit. */
    public Interaction withContent(String text, float @Nullable [] vector) {
        float[] kept = vector == null ? null : vector.clone();
        return new Interaction(id, text, changed(parts -> parts.vector = kept));
    }

    public String id() {
        return id;
    }

    public String text() {
        return text;
    }

    public String type() {
        return parts.type;
    }

    public Optional<String> session() {
        return Optional.ofNullable(parts.session);
    }

    public Optional<String> speaker() {
        return Optional.ofNullable(parts.speaker);
    }

    public OptionalInt position() {
        return parts.position == null ? OptionalInt.empty() : OptionalInt.of(parts.position);
    }

    /** Empty means unknown. */
    public Optional<Boolean> success() {
        return Optional.ofNullable(parts.success);
    }

    /** Always there in what a store returns; empty only before an interaction without a time was added. */
    public Optional<Instant> time() {
        return Optional.ofNullable(parts.time);
    }

    public double importance() {
        return parts.importance;
    }

    public boolean isPinned() {
        return parts.pinned;
    }

    /** Unmodifiable, sorted by key. */
    public Map<String, MetaValue> meta() {
        return parts.meta;
    }

    public Optional<Duration> ttl() {
        return Optional.ofNullable(parts.ttl);
    }

    /** A copy of the ready-made vector; empty if the store's embedder makes it. */
    public Optional<float[]> vector() {
        return parts.vector == null ? Optional.empty() : Optional.of(parts.vector.clone());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Interaction that
                && id.equals(that.id)
                && text.equals(that.text)
                && parts.sameAs(that.parts);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** The id, type and time only: text and metadata are the user's, and must not reach a log by this way. */
    @Override
    public String toString() {
        return "Interaction[id=" + id + ", type=" + parts.type + ", time=" + parts.time + "]";
    }

    static Instant toMillisecond(Instant time) {
        try {
            return Instant.ofEpochMilli(time.toEpochMilli());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a time must fit into 64 bits of milliseconds, was " + time, e);
        }
    }

    static void checkVector(float[] vector) {
        if (vector.length == 0) {
            throw new IllegalArgumentException("a vector must have at least one dimension, had none");
        }
        double squares = 0;
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new IllegalArgumentException(
                        "a vector must hold finite numbers, was " + vector[i] + " at dimension " + i);
            }
            squares += (double) vector[i] * vector[i];
        }
        if (squares == 0) {
            throw new IllegalArgumentException("a vector must have a length above zero, was all zero");
        }
    }

    private static void checkName(String what, String value, int maxLength) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    what + " must not be blank, was " + (value.isEmpty() ? "empty" : "blank"));
        }
        if (value.length() > maxLength) {
            throw new IllegalArgumentException(
                    what + " must have at most " + maxLength + " characters, had " + value.length());
        }
    }

    private Interaction with(Consumer<Parts> change) {
        return new Interaction(id, text, changed(change));
    }

    private Parts changed(Consumer<Parts> change) {
        Parts changed = parts.copy();
        change.accept(changed);
        return changed;
    }

    /** All but id and text; never written to once an interaction holds them. */
    private static final class Parts implements Cloneable {
        private String type = DEFAULT_TYPE;
        private @Nullable String session;
        private @Nullable String speaker;
        private @Nullable Integer position;
        private @Nullable Boolean success;
        private @Nullable Instant time;
        private double importance = DEFAULT_IMPORTANCE;
        private boolean pinned;
        private Map<String, MetaValue> meta = Map.of();
        private @Nullable Duration ttl;
        private float @Nullable [] vector;

        Parts copy() {
            try {
                return (Parts) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        boolean sameAs(Parts that) {
            return type.equals(that.type)
                    && Objects.equals(session, that.session)
                    && Objects.equals(speaker, that.speaker)
                    && Objects.equals(position, that.position)
                    && Objects.equals(success, that.success)
                    && Objects.equals(time, that.time)
                    && Double.compare(importance, that.importance) == 0
                    && pinned == that.pinned
                    && meta.equals(that.meta)
                    && Objects.equals(ttl, that.ttl)
                    && Arrays.equals(vector, that.vector);
        }
    }
}
