package dev.mneme;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * How keys of several parts are written as one string: every part percent-encoded, the parts joined by {@code :}.
 *
 * <p>A part keeps {@code A-Z a-z 0-9 _ . ~ -} and turns each other byte of its UTF-8 form into {@code %XX}. So a joined
 * key can be read back in one way only: ("1", "2_a") and ("1_2", "a") never meet, and no part can smuggle in a separator
 * or the braces by which Redis picks a slot.
 */
public final class KeyPath {

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private KeyPath() {}

    /**
     * The parts as one key.
     *
     * @param parts in order, each with at least one character
     * @throws IllegalArgumentException if there is no part, or one is empty or is no well-formed Unicode text
     */
    public static String join(String... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("a key needs at least one part, had none");
        }
        var key = new StringBuilder();
        for (String part : parts) {
            if (!key.isEmpty()) {
                key.append(':');
            }
            key.append(encode(part));
        }
        return key.toString();
    }

    /**
     * One part as it stands inside a key.
     *
     * @throws IllegalArgumentException if the part is empty, or has half of a surrogate pair (two such parts would
     *     encode alike)
     */
    public static String encode(String part) {
        if (part.isEmpty()) {
            throw new IllegalArgumentException("a part of a key must have at least one character, was empty");
        }
        if (isPlain(part)) {
            return part;
        }
        ByteBuffer bytes = utf8(part);
        var encoded = new StringBuilder(part.length() * 3);
        while (bytes.hasRemaining()) {
            int b = bytes.get() & 0xFF;
            if (isPlain((char) b)) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX[b >> 4]).append(HEX[b & 0xF]);
            }
        }
        return encoded.toString();
    }

    /**
     * The parts of a joined key, as they were before.
     *
     * @throws IllegalArgumentException if the key is not one that {@link #join} gives
     */
    public static List<String> split(String key) {
        var parts = new ArrayList<String>();
        for (String part : key.split(":", -1)) {
            parts.add(decode(part));
        }
        if (!join(parts.toArray(new String[0])).equals(key)) {
            throw new IllegalArgumentException("a key must have percent-encoded parts, had others");
        }
        return List.copyOf(parts);
    }

    private static String decode(String part) {
        if (isPlain(part)) {
            return part;
        }
        var bytes = new ByteArrayOutputStream(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '%' && i + 2 < part.length()) {
                bytes.write(Character.digit(part.charAt(i + 1), 16) << 4 | Character.digit(part.charAt(i + 2), 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(UTF_8);
    }

    private static ByteBuffer utf8(String part) {
        try {
            return UTF_8.newEncoder().encode(CharBuffer.wrap(part));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "a part of a key must be well-formed Unicode, had half of a surrogate pair", e);
        }
    }

    private static boolean isPlain(String part) {
        for (int i = 0; i < part.length(); i++) {
            if (!isPlain(part.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == '.'
                || c == '~'
                || c == '-';
    }
}
