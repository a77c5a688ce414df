package dev.mneme.memory.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A key that stands for something too long or too private to be one: equal by its hash, and with what it stands for at
 * hand for its loader.
 *
 * @param asked null in a key that was read back, which is never loaded
 */
record HashedKey<T>(String hash, @Nullable T asked) {

    /** A hash of texts in order, each with its length, so that none can run into the next. */
    static String hash(Iterable<String> texts) {
        MessageDigest digest = sha256();
        for (String text : texts) {
            byte[] bytes = text.getBytes(UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a Java platform must know SHA-256", e);
        }
    }

    static <T> KeyCodec<HashedKey<T>> codec() {
        return new KeyCodec<>() {
            @Override
            public String encode(HashedKey<T> key) {
                return key.hash();
            }

            @Override
            public HashedKey<T> decode(String text) {
                return new HashedKey<>(text, null);
            }
        };
    }

    T toLoad() {
        return requireNonNull(asked, "asked");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HashedKey<?> that && hash.equals(that.hash);
    }

    @Override
    public int hashCode() {
        return hash.hashCode();
    }

    /** Without what was asked. */
    @Override
    public String toString() {
        return "HashedKey[" + hash + ']';
    }
}
