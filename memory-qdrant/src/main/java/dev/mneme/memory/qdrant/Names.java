package dev.mneme.memory.qdrant;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.AgentKey;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** How what users name is named on the server, where text must be well-formed and should be short. */
final class Names {

    /** Longer values are compared by their hash. */
    private static final int MAX_LITERAL = 256;

    /** The name space of the ids of points; made once, never to be changed. */
    private static final UUID NAME_SPACE = UUID.fromString("6f1d2a52-9a0b-5d0e-8a53-6a3f0f1c7b11");

    private Names() {}

    /**
     * The id of the point that holds a record: a name-based UUID (version 5 of RFC 9562), so that a record that is written
     * twice is one point.
     */
    static UUID pointId(AgentKey agent, String id) {
        // an encoded key holds no line end, so it is told where the key ends and the id begins
        return nameBased((agent.key() + '\n').getBytes(UTF_8), units(id));
    }

    /** The id of the point that says that there is such an agent. */
    static UUID agentId(AgentKey agent) {
        return nameBased(agent.key().getBytes(UTF_8), new byte[0]);
    }

    private static UUID nameBased(byte[] owner, byte[] name) {
        MessageDigest sha1 = digest("SHA-1");
        sha1.update(ByteBuffer.allocate(16)
                .putLong(NAME_SPACE.getMostSignificantBits())
                .putLong(NAME_SPACE.getLeastSignificantBits())
                .array());
        sha1.update(owner);
        ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name));
        long most = (hash.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x5000L;
        long least = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(most, least);
    }

    /** A text as a value to be compared to the letter: itself, or its hash if it is long or not well-formed. */
    static String keyword(String text) {
        return text.length() <= MAX_LITERAL && isWellFormed(text) ? '=' + text : '#' + hash(text);
    }

    /** A text that people may read: itself, or its hash if it is not well-formed. */
    static String readable(String text) {
        return isWellFormed(text) ? text : "\uFFFD#" + hash(text);
    }

    static boolean isWellFormed(String text) {
        // a code point that is a surrogate is one without its other half
        return text.codePoints().noneMatch(point -> point <= 0xFFFF && Character.isSurrogate((char) point));
    }

    /** A hash of a text, ill-formed ones included. */
    static String hash(String text) {
        return HexFormat.of().formatHex(digest("SHA-256").digest(units(text)));
    }

    /** The UTF-16 units as they are; the JDK's encoders would replace halves of surrogate pairs. */
    static byte[] units(String text) {
        var bytes = new byte[text.length() * 2];
        for (int i = 0; i < text.length(); i++) {
            bytes[2 * i] = (byte) (text.charAt(i) >> 8);
            bytes[2 * i + 1] = (byte) text.charAt(i);
        }
        return bytes;
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
