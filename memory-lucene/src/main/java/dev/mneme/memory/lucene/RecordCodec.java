package dev.mneme.memory.lucene;

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
import java.util.Map;
import org.apache.lucene.index.CorruptIndexException;

/**
 * How a record is written into the journal and the index, version {@value #VERSION}: the parts of the interaction in a
 * fixed order, absent ones marked; the vector apart from them, because it is read apart.
 */
final class RecordCodec {

    private static final int VERSION = 1;

    /** {@link DataOutputStream#writeUTF} takes 65,535 bytes, and a character takes three at most. */
    private static final int PIECE = 20_000;

    private RecordCodec() {}

    /**
     * A record as it is kept, but for the vector.
     *
     * @param interaction without its vector
     * @param length how many terms the text leg counts in it
     * @param ownVector whether the caller gave the vector, so that it belongs to the interaction
     */
    record Kept(Interaction interaction, int length, boolean ownVector) {

        Kept withoutText() {
            return new Kept(interaction.withoutContent(), length, ownVector);
        }
    }

    static byte[] encode(Interaction interaction, int length) {
        var bytes = new ByteArrayOutputStream(256 + interaction.text().length() * 2);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeInt(length);
            out.writeBoolean(interaction.vector().isPresent());
            writeText(out, interaction.id());
            writeText(out, interaction.type());
            // an absent name is written as an empty one, which no interaction can have
            writeText(out, interaction.session().orElse(""));
            writeText(out, interaction.speaker().orElse(""));
            out.writeInt(interaction.position().orElse(-1));
            out.writeByte(interaction.success().map(success -> success ? 1 : 0).orElse(-1));
            out.writeLong(interaction.time().orElseThrow().toEpochMilli());
            out.writeDouble(interaction.importance());
            out.writeBoolean(interaction.isPinned());
            out.writeLong(interaction.ttl().map(Duration::getSeconds).orElse(-1L));
            out.writeInt(interaction.ttl().map(Duration::getNano).orElse(0));
            out.writeShort(interaction.meta().size());
            for (Map.Entry<String, MetaValue> entry : interaction.meta().entrySet()) {
                writeText(out, entry.getKey());
                writeValue(out, entry.getValue());
            }
            writeText(out, interaction.text());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** The whole record. */
    static Kept decode(byte[] record) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(record))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new CorruptIndexException("a record has the unknown version " + version, "record");
            }
            int length = in.readInt();
            boolean ownVector = in.readBoolean();
            // the text stands last but is needed first, since an interaction begins with id and text
            String id = readText(in);
            Interaction read = Interaction.of(id, "").type(readText(in));
            String session = readText(in);
            read = session.isEmpty() ? read : read.session(session);
            String speaker = readText(in);
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
            int entries = in.readShort();
            for (int i = 0; i < entries; i++) {
                read = read.meta(readText(in), readValue(in));
            }
            return new Kept(read.withContent(readText(in), null), length, ownVector);
        }
    }

    static byte[] encode(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }

    static float[] decodeVector(byte[] bytes, int offset, int length) {
        var vector = new float[length / Float.BYTES];
        ByteBuffer.wrap(bytes, offset, length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(vector);
        return vector;
    }

    /** In pieces, and in the modified UTF-8 of {@code writeUTF}, which loses nothing even of ill-formed text. */
    private static void writeText(DataOutputStream out, String text) throws IOException {
        out.writeInt(text.length());
        for (int start = 0; start < text.length(); start += PIECE) {
            out.writeUTF(text.substring(start, Math.min(start + PIECE, text.length())));
        }
    }

    private static String readText(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length <= PIECE) {
            return length == 0 ? "" : in.readUTF();
        }
        var text = new StringBuilder(length);
        while (text.length() < length) {
            text.append(in.readUTF());
        }
        return text.toString();
    }

    private static void writeValue(DataOutputStream out, MetaValue value) throws IOException {
        if (value instanceof MetaValue.Text text) {
            out.writeByte('s');
            writeText(out, text.value());
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
            case 's' -> MetaValue.of(readText(in));
            case 'l' -> MetaValue.of(in.readLong());
            case 'd' -> MetaValue.of(in.readDouble());
            case 'b' -> MetaValue.of(in.readBoolean());
            case 't' -> MetaValue.of(Instant.ofEpochMilli(in.readLong()));
            default -> throw new CorruptIndexException("a value has the unknown tag " + tag, "record");
        };
    }
}
