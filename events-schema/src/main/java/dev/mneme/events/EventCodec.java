package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns envelopes into bytes and bytes into envelopes: the one door for both.
 *
 * <p>The bytes are CloudEvents 1.0 in structured JSON ({@value #CONTENT_TYPE}), without spaces and always in the same
 * order, so that equal envelopes have equal bytes. Decoding answers, and never throws for what came over the wire; it
 * brings old versions to the newest by the registry's upcasters. What it does not know it passes over, but keeps: an
 * envelope that is passed on unchanged has the bytes it came with.
 *
 * <p>Reading is strict: no name may come twice, nothing is converted (a text is no number, a number no enum), and
 * numbers keep every digit; half of a surrogate pair, as cut-off text may end with, travels escaped. The limits bound
 * what an envelope may cost: a document has at most 256 KiB, a text 128 Ki characters, nesting 32 levels, unless the
 * builder says otherwise. They apply to what is encoded, to what comes, and again after inflating.
 *
 * <p>Immutable and safe for many threads; all work is done on the calling thread, and none of it blocks. No setting of a
 * host's own JSON library changes anything here.
 */
public final class EventCodec {

    /** The media type of what {@link #encode} gives. */
    public static final String CONTENT_TYPE = "application/cloudevents+json";

    private final EventReading reading;
    private final EventWriting writing;
    private final BinaryMode binary;
    private final @Nullable String source;

    private EventCodec(Builder builder) {
        EventRegistry registry = builder.registry.check();
        var limits = new WireLimits(builder.maxBytes, builder.maxTextLength, builder.maxDepth);
        registry.families().forEach(family -> family.versions().values().forEach(limits::checkDepth));
        reading = new EventReading(registry, limits, new EnumMap<>(builder.unknown));
        writing = new EventWriting(registry, limits, builder.compressFrom, reading);
        binary = new BinaryMode(limits);
        source = builder.source;
    }

    /**
     * A codec with the usual limits.
     *
     * @throws IllegalArgumentException if the registry is not whole, see {@link EventRegistry#check}, or has a record that
     *     nests deeper than 31 levels
     */
    public static EventCodec of(EventRegistry registry) {
        return builder(registry).build();
    }

    public static Builder builder(EventRegistry registry) {
        return new Builder(registry);
    }

    /**
     * The envelope's bytes; an array of its own.
     *
     * @throws IllegalArgumentException if the event's record is not registered, if it holds what cannot be written (null
     *     in a component that is not {@code @Nullable}, a number that is not finite), or is over a limit
     * @throws IllegalStateException if the envelope has no tenant, or no source where the codec has none either
     */
    public byte[] encode(Envelope<?> envelope) {
        byte[] wire = envelope.wire();
        if (wire != null) {
            return wire.clone();
        }
        String added = source;
        return writing.write(added == null || envelope.hasSource() ? envelope : envelope.source(added));
    }

    /**
     * What the bytes are. Never throws for what they hold.
     *
     * @param wire kept by the answer, not copied: leave it unchanged from now on
     */
    public Decoded decode(byte[] wire) {
        return reading.read(requireNonNull(wire, "wire"));
    }

    /**
     * The envelope for a transport that keeps attributes apart from data.
     *
     * @throws IllegalArgumentException as {@link #encode} does
     * @throws IllegalStateException as {@link #encode} does
     */
    public BinaryEvent encodeBinary(Envelope<?> envelope) {
        return binary.split(encode(envelope));
    }

    /**
     * What attributes and data are; as {@link #decode(byte[])}. The answer's bytes are the document that they make, or the
     * data alone if they make none.
     */
    public Decoded decode(BinaryEvent event) {
        byte[] document;
        try {
            document = binary.join(event);
        } catch (BadDocument e) {
            return new Decoded.Malformed(e.fault(), e.detail(), event.data());
        }
        return reading.read(document);
    }

    /** How often old data was read into a tree; what is in the newest version never is. */
    long treesRead() {
        return reading.treesRead();
    }

    /** Limits and choices of a codec. Not safe for several threads. */
    public static final class Builder {

        private final EventRegistry registry;
        private final Map<Priority, UnknownAction> unknown = new EnumMap<>(Map.of(
                Priority.CRITICAL, UnknownAction.PARK,
                Priority.HIGH, UnknownAction.PARK,
                Priority.NORMAL, UnknownAction.PARK,
                Priority.LOW, UnknownAction.SKIP));
        private int maxBytes = 256 * 1024;
        private int maxTextLength = 128 * 1024;
        private int maxDepth = 32;
        private int compressFrom = Integer.MAX_VALUE;
        private @Nullable String source;

        private Builder(EventRegistry registry) {
            this.registry = requireNonNull(registry, "registry");
        }

        /**
         * Where events come from that do not say so themselves; by default such events are refused.
         *
         * @param source as {@link Envelope#source(String)}
         * @throws IllegalArgumentException as there
         */
        public Builder source(String source) {
            this.source = Envelope.checkSource(source);
            return this;
        }

        /**
         * The most bytes of a document, as it travels and after inflating; 256 KiB by default.
         *
         * @throws IllegalArgumentException if it is below 1024
         */
        public Builder maxBytes(int bytes) {
            maxBytes = atLeast("maxBytes", 1024, bytes);
            return this;
        }

        /**
         * The most characters (UTF-16 units) of one text; 128 Ki by default.
         *
         * @throws IllegalArgumentException if it is below 256, which an envelope's own parts may need
         */
        public Builder maxTextLength(int characters) {
            maxTextLength = atLeast("maxTextLength", 256, characters);
            return this;
        }

        /**
         * The most levels of nesting, the envelope and its data being the first two; 32 by default.
         *
         * @throws IllegalArgumentException if it is below 2 or above 500, from where a reader's stack could overflow
         */
        public Builder maxDepth(int levels) {
            if (levels > 500) {
                throw new IllegalArgumentException("maxDepth must be at most 500, was " + levels);
            }
            maxDepth = atLeast("maxDepth", 2, levels);
            return this;
        }

        /**
         * Compresses data of this many bytes or more, with gzip, if that makes it smaller; never by default. Every codec
         * reads compressed data. How well zlib compresses differs between its versions, and so do the bytes.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder compressFrom(int bytes) {
            compressFrom = atLeast("compressFrom", 1, bytes);
            return this;
        }

        /**
         * What consumers should do with events of this priority that the node cannot read; by default all are parked but
         * those of low priority, which are skipped.
         *
         * @throws IllegalArgumentException if critical events were to be skipped
         */
        public Builder onUnknown(Priority priority, UnknownAction action) {
            if (priority == Priority.CRITICAL && action == UnknownAction.SKIP) {
                throw new IllegalArgumentException("critical events must be parked or fail, was SKIP");
            }
            unknown.put(requireNonNull(priority, "priority"), requireNonNull(action, "action"));
            return this;
        }

        /**
         * @throws IllegalArgumentException if the registry is not whole, see {@link EventRegistry#check}, or has a record
         *     that nests deeper than {@link #maxDepth} allows
         */
        public EventCodec build() {
            return new EventCodec(this);
        }

        private static int atLeast(String what, int least, int value) {
            if (value < least) {
                throw new IllegalArgumentException(what + " must be at least " + least + ", was " + value);
            }
            return value;
        }
    }
}
