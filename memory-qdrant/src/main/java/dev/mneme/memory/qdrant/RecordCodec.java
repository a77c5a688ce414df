package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/**
 * The parts of an interaction but its text and vector as one value of the payload, version {@value #VERSION}. The payload's
 * other values are for conditions; this one is read back, and so depends on no server's way with numbers.
 */
final class RecordCodec {

    private static final int VERSION = 1;

    private RecordCodec() {}

    static String encode(Interaction interaction) {
        var bytes = new ByteArrayOutputStream(128);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(interaction.id());
            out.writeUTF(interaction.type());
            // an absent name is written as an empty one, which no interaction can have
            out.writeUTF(interaction.session().orElse(""));
            out.writeUTF(interaction.speaker().orElse(""));
            out.writeInt(interaction.position().orElse(-1));
            out.writeByte(interaction.success().map(success -> success ? 1 : 0).orElse(-1));
            out.writeLong(interaction.time().orElseThrow().toEpochMilli());
            out.writeDouble(interaction.importance());
            out.writeBoolean(interaction.isPinned());
            out.writeLong(interaction.ttl().map(Duration::getSeconds).orElse(-1L));
            out.writeInt(interaction.ttl().map(Duration::getNano).orElse(0));
            out.writeByte(interaction.meta().size());
            for (Map.Entry<String, MetaValue> entry : interaction.meta().entrySet()) {
                out.writeUTF(entry.getKey());
                writeValue(out, entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /**
     * The interaction without its text and vector.
     *
     * @throws ContextStoreException if this version did not write it
     */
    static Interaction decode(String record) {
        try (var in =
                new DataInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(record)))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new ContextStoreException(
                        "a record has the format " + version + ", this version reads format " + VERSION
                                + "; open the store with the version that wrote it",
                        null);
            }
            Interaction read = Interaction.of(in.readUTF(), "").type(in.readUTF());
            String session = in.readUTF();
            read = session.isEmpty() ? read : read.session(session);
            String speaker = in.readUTF();
            read = speaker.isEmpty() ? read : read.speaker(speaker);
            int position = in.readInt();
            read = position < 0 ? read : read.position(position);
            int success = in.readByte();
            read = success < 0 ? read : read.success(success == 1);
            read = read.time(Instant.ofEpochMilli(in.readLong())).importance(in.readDouble());
            read = in.readBoolean() ? read.pinned() : read;
            long ttlSeconds = in.readLong();
            int ttlNanos = in.readInt();
            read = ttlSeconds < 0 ? read : read.ttl(Duration.ofSeconds(ttlSeconds, ttlNanos));
            int entries = in.readByte();
            for (int i = 0; i < entries; i++) {
                read = read.meta(in.readUTF(), readValue(in));
            }
            return read;
        } catch (IOException | IllegalArgumentException e) {
            throw new ContextStoreException(
                    "a record cannot be read, something else wrote into the collection: "
                            + e.getClass().getSimpleName(),
                    null);
        }
    }

    static String encode(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    static float[] decodeVector(String written) {
        byte[] bytes = Base64.getDecoder().decode(written);
        var vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    private static void writeValue(DataOutputStream out, MetaValue value) throws IOException {
        if (value instanceof MetaValue.Text text) {
            out.writeByte('s');
            out.writeUTF(text.value());
        } else if (value instanceof MetaValue.Whole whole) {
            out.writeByte('l');
            out.writeLong(whole.value());
        } else if (value instanceof MetaValue.Decimal decimal) {
            out.writeByte('d');
            out.writeDouble(decimal.value());
        } else if (value instanceof MetaValue.Flag flag) {
            out.writeByte('b');
            out.writeBoolean(flag.value());
        } else {
            out.writeByte('t');
            out.writeLong(((MetaValue.Time) value).value().toEpochMilli());
        }
    }

    private static MetaValue readValue(DataInputStream in) throws IOException {
        int tag = in.readByte();
        return switch (tag) {
            case 's' -> MetaValue.of(in.readUTF());
            case 'l' -> MetaValue.of(in.readLong());
            case 'd' -> MetaValue.of(in.readDouble());
            case 'b' -> MetaValue.of(in.readBoolean());
            case 't' -> MetaValue.of(Instant.ofEpochMilli(in.readLong()));
            default -> throw new IOException("a value has the unknown tag " + tag);
        };
    }
}
