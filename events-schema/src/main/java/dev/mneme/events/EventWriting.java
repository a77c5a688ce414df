package dev.mneme.events;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** The way from an envelope to bytes. The order is fixed, and what says how data is read stands before data. */
final class EventWriting {

    private final EventRegistry registry;
    private final WireLimits limits;
    private final int compressFrom;
    private final EventReading reading;

    EventWriting(EventRegistry registry, WireLimits limits, int compressFrom, EventReading reading) {
        this.reading = reading;
        this.registry = registry;
        this.limits = limits;
        this.compressFrom = compressFrom;
    }

    byte[] write(Envelope<?> envelope) {
        RecordShape shape = shape(envelope);
        envelope.tenant();
        envelope.source();
        try {
            Written written = document(envelope, shape);
            byte[] wire = written.wire();
            if (wire.length > limits.maxBytes()) {
                throw new IllegalArgumentException(envelope + " must have at most " + limits.maxBytes()
                        + " bytes on the wire, had " + wire.length);
            }
            // only a long document can hold a text that is too long
            if (written.inflated() > limits.maxTextLength()) {
                checkReadable(envelope, wire);
            }
            return wire;
        } catch (BadValue e) {
            throw new IllegalArgumentException(envelope + ": " + e.getMessage());
        }
    }

    private void checkReadable(Envelope<?> envelope, byte[] wire) {
        if (reading.read(wire) instanceof Decoded.Malformed malformed
                && malformed.fault() == Decoded.Malformed.Fault.TOO_LARGE) {
            throw new IllegalArgumentException(envelope + " must be readable within the limits: " + malformed.detail());
        }
    }

    private Written document(Envelope<?> envelope, RecordShape shape) {
        byte[] data = compressFrom == Integer.MAX_VALUE ? null : data(envelope, shape);
        byte[] compressed = data == null ? null : compressed(data);
        var bytes = new WireBytes();
        try (JsonGenerator json = generator(bytes)) {
            json.writeStartObject();
            attributes(json, envelope);
            if (compressed == null) {
                json.writeName(Attributes.DATA);
                shape.write(json, envelope.data());
            } else {
                json.writeStringProperty(Attributes.COMPRESSION, Gzip.NAME);
                json.writeName(Attributes.DATA_BASE64);
                json.writeBinary(compressed);
            }
            json.writeEndObject();
        }
        byte[] wire = bytes.toByteArray();
        return new Written(wire, data == null ? wire.length : Math.max(wire.length, data.length));
    }

    /** A document, and its length or that of its data before it was compressed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Written(byte[] wire, int inflated) {}

    private byte[] data(Envelope<?> envelope, RecordShape shape) {
        var bytes = new WireBytes();
        try (JsonGenerator json = generator(bytes)) {
            shape.write(json, envelope.data());
        }
        byte[] data = bytes.toByteArray();
        if (data.length > limits.maxBytes()) {
            throw new IllegalArgumentException(
                    envelope + " must have at most " + limits.maxBytes() + " bytes of data, had " + data.length);
        }
        return data;
    }

    private byte @Nullable [] compressed(byte[] data) {
        if (data.length < compressFrom) {
            return null;
        }
        byte[] compressed = Gzip.deflate(data);
        return compressed.length / 3 * 4 < data.length ? compressed : null;
    }

    private static void attributes(JsonGenerator json, Envelope<?> envelope) {
        json.writeStringProperty(Attributes.SPEC_VERSION, Attributes.SPEC);
        json.writeStringProperty(Attributes.ID, envelope.id().toString());
        json.writeStringProperty(Attributes.SOURCE, envelope.source());
        json.writeStringProperty(Attributes.TYPE, envelope.type());
        json.writeNumberProperty(Attributes.VERSION, envelope.version());
        json.writeNumberProperty(Attributes.MIN_READER, envelope.minReader());
        json.writeStringProperty(Attributes.TIME, Timestamps.format(envelope.time()));
        json.writeStringProperty(Attributes.PRIORITY, envelope.priority().name());
        json.writeStringProperty(Attributes.TENANT, envelope.tenant().id());
        envelope.session().ifPresent(session -> json.writeStringProperty(Attributes.SESSION, session.session()));
        optional(json, Attributes.KEY, envelope.key().orElse(null));
        optional(json, Attributes.TRACE, envelope.traceId().orElse(null));
        optional(json, Attributes.CORRELATION, envelope.correlationId().orElse(null));
        optional(json, Attributes.CAUSATION, envelope.causationId().orElse(null));
        for (Map.Entry<String, String> header : envelope.headers().entrySet()) {
            json.writeStringProperty(header.getKey(), header.getValue());
        }
    }

    private static void optional(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    private JsonGenerator generator(WireBytes bytes) {
        return limits.json().createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8);
    }

    private RecordShape shape(Envelope<?> envelope) {
        EventFamily family = registry.find(envelope.type());
        EventVersion version = family == null ? null : family.versions().get(envelope.version());
        if (version == null || version.shape().type() != envelope.data().getClass()) {
            throw new IllegalArgumentException("an event must be registered to be encoded, " + envelope.type() + " v"
                    + envelope.version() + " is not");
        }
        return version.shape();
    }
}
