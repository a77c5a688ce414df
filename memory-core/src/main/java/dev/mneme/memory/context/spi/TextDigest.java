package dev.mneme.memory.context.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.Interaction;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@linkplain Duplicates duplicates} by text have in common: 128 bits of the SHA-256 of type, session, speaker and text,
 * the text in lower case and with single spaces. Two interactions of one digest are taken for the same.
 *
 * @param high its first 64 bits
 * @param low its last 64 bits
 */
public record TextDigest(long high, long low) {

    /** Empty if the interaction has no text. */
    public static Optional<TextDigest> of(Interaction interaction) {
        String text = interaction.text().strip().toLowerCase(Locale.ROOT);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        MessageDigest digest = sha256();
        update(digest, interaction.type());
        update(digest, interaction.session().orElse(""));
        update(digest, interaction.speaker().orElse(""));
        update(digest, spaced(text));
        ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
        return Optional.of(new TextDigest(bytes.getLong(), bytes.getLong()));
    }

    /** As 32 hexadecimal digits, for stores that keep it as text. */
    public String hex() {
        return String.format(Locale.ROOT, "%016x%016x", high, low);
    }

    private static String spaced(String text) {
        var spaced = new StringBuilder(text.length());
        boolean gap = false;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (Character.isWhitespace(letter)) {
                gap = true;
                continue;
            }
            if (gap) {
                spaced.append(' ');
                gap = false;
            }
            spaced.append(letter);
        }
        return spaced.toString();
    }

    /** With its length before it, so that no two rows of parts give the same bytes. */
    private static void update(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
