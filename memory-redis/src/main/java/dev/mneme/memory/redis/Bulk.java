package dev.mneme.memory.redis;

import java.nio.ByteBuffer;

/**
 * What stands at one key of Redis. A frame is cut where its head ends, while it is taken out of the client's buffer: so
 * its payload is copied once.
 *
 * @param head of a frame, see {@link Frames}; of anything else the whole
 * @param payload of a frame; of anything else nothing
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
record Bulk(byte[] head, byte[] payload) {

    private static final byte[] NOTHING = new byte[0];

    /** What is left in a buffer. */
    static Bulk of(ByteBuffer bytes) {
        int headLength = Frames.headLength(bytes);
        byte[] head = new byte[headLength < 0 ? bytes.remaining() : headLength];
        bytes.get(head);
        if (!bytes.hasRemaining()) {
            return new Bulk(head, NOTHING);
        }
        byte[] payload = new byte[bytes.remaining()];
        bytes.get(payload);
        return new Bulk(head, payload);
    }
}
