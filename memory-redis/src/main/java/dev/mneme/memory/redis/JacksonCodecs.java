package dev.mneme.memory.redis;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.mneme.memory.cache.ValueCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Codecs that write values as JSON: properties and map keys in alphabetical order, unknown properties passed over when
 * read, dates as ISO text, and never the name of a class. The first byte says how the rest is written: {@code 0} as it
 * is, {@code 1} deflated, which is done above a threshold.
 */
final class JacksonCodecs {

    /** Above how many bytes values are deflated by default. */
    static final int DEFLATE_ABOVE = 4 * 1024;
    /** What would inflate to more than this is not read: a few bytes must not fill the heap. */
    static final int MAX_INFLATED = 16 * 1024 * 1024;

    private static final byte PLAIN = 0;
    private static final byte DEFLATED = 1;

    private final int deflateAbove;
    private final JsonMapper mapper = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    JacksonCodecs(int deflateAbove) {
        this.deflateAbove = deflateAbove;
    }

    /**
     * The codec for a type.
     *
     * @throws IllegalArgumentException if values of the type, or of a component of it, would be written without saying
     *     which of several classes they are of
     */
    <V> ValueCodec<V> codec(Type type) {
        JavaType known = mapper.constructType(type);
        refuseOpen(known, new HashSet<>());
        ObjectWriter writer = mapper.writerFor(known);
        ObjectReader reader = mapper.readerFor(known);
        return new ValueCodec<>() {
            @Override
            public byte[] encode(V value) {
                return pack(writer.writeValueAsBytes(value));
            }

            @Override
            public V decode(byte[] bytes) throws IOException {
                byte[] json = unpack(bytes);
                V value = json == bytes ? reader.readValue(bytes, 1, bytes.length - 1) : reader.readValue(json);
                if (value == null) {
                    throw new IOException("a value was expected, there was none");
                }
                return value;
            }
        };
    }

    private byte[] pack(byte[] json) {
        if (json.length <= deflateAbove) {
            byte[] packed = new byte[json.length + 1];
            packed[0] = PLAIN;
            System.arraycopy(json, 0, packed, 1, json.length);
            return packed;
        }
        var deflater = new Deflater(Deflater.BEST_SPEED);
        try {
            deflater.setInput(json);
            deflater.finish();
            var packed = new ByteArrayOutputStream(json.length / 4);
            packed.write(DEFLATED);
            byte[] part = new byte[4 * 1024];
            while (!deflater.finished()) {
                packed.write(part, 0, deflater.deflate(part));
            }
            return packed.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** The JSON; the same array if it stands in it as it is, from its second byte. */
    private static byte[] unpack(byte[] packed) throws IOException {
        if (packed.length < 2 || (packed[0] != PLAIN && packed[0] != DEFLATED)) {
            throw new IOException("a value must begin with 0 or 1, did not");
        }
        return packed[0] == PLAIN ? packed : inflate(packed);
    }

    private static byte[] inflate(byte[] packed) throws IOException {
        var inflater = new Inflater();
        try {
            inflater.setInput(packed, 1, packed.length - 1);
            var json = new ByteArrayOutputStream(packed.length * 4);
            byte[] part = new byte[8 * 1024];
            while (!inflater.finished()) {
                int length = inflater.inflate(part);
                if (length == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new IOException("a deflated value must be whole, was cut");
                }
                json.write(part, 0, length);
                if (json.size() > MAX_INFLATED) {
                    throw new IOException("a value may inflate to " + MAX_INFLATED + " bytes, did to more");
                }
            }
            return json.toByteArray();
        } catch (DataFormatException e) {
            throw new IOException("a deflated value must be readable, was not", e);
        } finally {
            inflater.end();
        }
    }

    private void refuseOpen(JavaType type, Set<JavaType> seen) {
        if (!seen.add(type)) {
            return;
        }
        Class<?> raw = type.getRawClass();
        if (isOpen(raw)) {
            throw new IllegalArgumentException("values of " + raw.getTypeName()
                    + " are of several classes, which are not written: give the cache a codec, or annotate the type with"
                    + " @JsonTypeInfo by name");
        }
        if (type.getContentType() != null) {
            refuseOpen(type.getContentType(), seen);
        }
        for (int i = 0; i < type.containedTypeCount(); i++) {
            refuseOpen(type.containedType(i), seen);
        }
        if (raw.isRecord()) {
            Arrays.stream(raw.getRecordComponents())
                    .map(RecordComponent::getGenericType)
                    .forEach(component ->
                            refuseOpen(mapper.getTypeFactory().resolveMemberType(component, type.getBindings()), seen));
        }
    }

    private static boolean isOpen(Class<?> raw) {
        return Modifier.isAbstract(raw.getModifiers())
                && !raw.isPrimitive()
                && !raw.isArray()
                && !raw.isEnum()
                && !raw.getName().startsWith("java.")
                && !raw.isAnnotationPresent(JsonTypeInfo.class);
    }
}
