package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mneme.memory.cache.spi.FarRead;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value as it stands in Redis, written by {@code fill.lua}: a head of ASCII, then the codec's bytes.
 *
 * <pre>
 * at  0  '1'
 *     1  'v' a value, 'a' known to be absent
 *     2  fresh until, ms of the server's clock, 15 digits
 *    17  granted, ms of the server's clock, 15 digits
 *    32  the lease's token, 22 characters
 *    54  number of scopes n, 2 digits
 *    56  the scopes' versions at the grant, n times 16 characters, the root's first
 * </pre>
 *
 * <p>What looks different is a miss: another version of this library wrote it, or nobody did.
 */
final class Frames {

    static final int TOKEN_LENGTH = 22;
    /** More scopes do not fit two digits. */
    static final int MAX_SCOPES = 98;

    private static final int FRESH_AT = 2;
    private static final int GRANT_AT = 17;
    private static final int TOKEN_AT = 32;
    private static final int COUNT_AT = 54;
    private static final int VERSIONS_AT = 56;
    private static final int VERSION_LENGTH = 16;
    private static final int DIGITS = 15;

    private static final FarRead.Miss MISS = new FarRead.Miss();

    private Frames() {}

    /** The length of the head of what looks like a frame; below zero if it does not. */
    static int headLength(ByteBuffer bytes) {
        int at = bytes.position();
        if (bytes.remaining() < VERSIONS_AT || bytes.get(at) != '1') {
            return -1;
        }
        int tens = bytes.get(at + COUNT_AT) - '0';
        int ones = bytes.get(at + COUNT_AT + 1) - '0';
        if (tens < 0 || tens > 9 || ones < 0 || ones > 9) {
            return -1;
        }
        int length = VERSIONS_AT + (10 * tens + ones) * VERSION_LENGTH;
        return length <= bytes.remaining() ? length : -1;
    }

    /**
     * What a frame says.
     *
     * @param found what stands at several keys; null where there is nothing
     * @param at where the frame is among them
     * @param versionsAt where the scopes' present versions are, the root's first
     * @param now the server's clock in ms, not too early; below zero if not known, and then nothing can be served
     */
    static FarRead read(List<@Nullable Bulk> found, int at, int[] versionsAt, long now) {
        Bulk frame = found.get(at);
        if (frame == null || now < 0 || !hasVersions(frame.head(), found, versionsAt)) {
            return MISS;
        }
        return read(frame, versionsAt.length, now);
    }

    /** What a frame says whose scopes the server has compared. */
    static FarRead read(Bulk bulk, int scopes, long now) {
        byte[] frame = bulk.head();
        if (!hasHead(frame, scopes)) {
            return MISS;
        }
        long freshUntil = number(frame, FRESH_AT);
        long grant = number(frame, GRANT_AT);
        if (freshUntil < 0 || grant < 0 || grant > now) {
            return MISS;
        }
        byte[] payload = frame[1] == 'v' ? bulk.payload() : null;
        Duration age = Duration.ofMillis(now - grant);
        if (freshUntil <= now) {
            return new FarRead.Expired(payload, age);
        }
        String token = new String(frame, TOKEN_AT, TOKEN_LENGTH, ISO_8859_1);
        return new FarRead.Hit(token, payload, age, Duration.ofMillis(freshUntil - now));
    }

    private static boolean hasHead(byte[] frame, int scopes) {
        return frame.length == VERSIONS_AT + scopes * VERSION_LENGTH
                && frame[0] == '1'
                && (frame[1] == 'v' || frame[1] == 'a')
                && frame[COUNT_AT] == '0' + scopes / 10
                && frame[COUNT_AT + 1] == '0' + scopes % 10;
    }

    private static boolean hasVersions(byte[] frame, List<@Nullable Bulk> found, int[] versionsAt) {
        if (!hasHead(frame, versionsAt.length)) {
            return false;
        }
        int at = VERSIONS_AT;
        for (int versionAt : versionsAt) {
            Bulk version = found.get(versionAt);
            if (version == null
                    || version.head().length != VERSION_LENGTH
                    || !Arrays.equals(frame, at, at + VERSION_LENGTH, version.head(), 0, VERSION_LENGTH)) {
                return false;
            }
            at += VERSION_LENGTH;
        }
        return true;
    }

    /** Below zero if there are no digits. */
    private static long number(byte[] frame, int at) {
        long number = 0;
        for (int i = at; i < at + DIGITS; i++) {
            int digit = frame[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
