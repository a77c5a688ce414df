package dev.mneme.memory.lucene;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Terms;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexWriter;

/** One change to the store, as the journal keeps it and the index applies it. Changes may be applied again. */
sealed interface Change {

    /** What {@code Put} writes for "replaces nothing". */
    long NONE = -1;

    /** The bytes for the journal. */
    byte[] encode();

    /**
     * A record comes in.
     *
     * @param agent the owner's key
     * @param seq the record's own number, unique in the store and growing
     * @param replaced the number of the record whose id it takes over, or {@link #NONE}
     * @param record as {@link RecordCodec} writes it
     * @param vector as {@link RecordCodec} writes it
     * @param terms of the record; not in the journal, made again when it is read back
     */
    @SuppressWarnings("ArrayRecordComponent") // changes are handed over, never compared
    record Put(String agent, long seq, long replaced, byte[] record, byte[] vector, Terms terms) implements Change {
        @Override
        public byte[] encode() {
            return Change.encode(record.length + vector.length + 64, out -> {
                out.writeByte('P');
                out.writeUTF(agent);
                out.writeLong(seq);
                out.writeLong(replaced);
                out.writeInt(record.length);
                out.write(record);
                out.writeInt(vector.length);
                out.write(vector);
            });
        }
    }

    /** The record of this number goes. */
    record Delete(long seq) implements Change {
        @Override
        public byte[] encode() {
            return Change.encode(16, out -> {
                out.writeByte('D');
                out.writeLong(seq);
            });
        }
    }

    /** All records of the agent go. */
    record Clear(String agent) implements Change {
        @Override
        public byte[] encode() {
            return Change.encode(64, out -> {
                out.writeByte('C');
                out.writeUTF(agent);
            });
        }
    }

    /**
     * When searches last returned the agent's records; takes the place of what was known before.
     *
     * @param agent the owner's key
     * @param times of each record its number and the time in milliseconds since 1970, 8 bytes each
     */
    @SuppressWarnings("ArrayRecordComponent") // changes are handed over, never compared
    record Uses(String agent, byte[] times) implements Change {
        @Override
        public byte[] encode() {
            return Change.encode(times.length + 64, out -> {
                out.writeByte('U');
                out.writeUTF(agent);
                out.writeInt(times.length);
                out.write(times);
            });
        }
    }

    /** Applies the change to the index; applying it again changes nothing more. */
    default void applyTo(IndexWriter writer) throws IOException {
        TextIndex.apply(this, writer);
        UseIndex.apply(this, writer);
    }

    /** Reads a change back; {@code analyze} gives the terms of its record. */
    static Change decode(ByteBuffer bytes, Function<Interaction, Terms> analyze) throws IOException {
        byte tag = bytes.get();
        return switch (tag) {
            case 'P' -> {
                String agent = readUtf(bytes);
                long seq = bytes.getLong();
                long replaced = bytes.getLong();
                byte[] record = readBytes(bytes);
                byte[] vector = readBytes(bytes);
                yield new Put(
                        agent,
                        seq,
                        replaced,
                        record,
                        vector,
                        analyze.apply(RecordCodec.decode(record).interaction()));
            }
            case 'D' -> new Delete(bytes.getLong());
            case 'C' -> new Clear(readUtf(bytes));
            case 'U' -> new Uses(readUtf(bytes), readBytes(bytes));
            default -> throw new CorruptIndexException("a change has the unknown tag " + tag, "journal");
        };
    }

    private static byte[] readBytes(ByteBuffer bytes) {
        var read = new byte[bytes.getInt()];
        bytes.get(read);
        return read;
    }

    /** Agent keys are percent-encoded, so that each character is one byte. */
    private static String readUtf(ByteBuffer bytes) {
        var read = new byte[bytes.getShort() & 0xFFFF];
        bytes.get(read);
        return new String(read, StandardCharsets.US_ASCII);
    }

    /** Writes the parts of a change. */
    interface Parts {
        void write(DataOutputStream out) throws IOException;
    }

    private static byte[] encode(int sizeHint, Parts parts) {
        var bytes = new ByteArrayOutputStream(sizeHint);
        try (var out = new DataOutputStream(bytes)) {
            parts.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }
}
