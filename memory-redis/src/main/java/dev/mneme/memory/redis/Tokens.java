package dev.mneme.memory.redis;

import java.security.SecureRandom;
import java.util.Base64;

/** Random names that no other node and no later call will ever use: 128 bits in {@value Frames#TOKEN_LENGTH} characters. */
final class Tokens {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private Tokens() {}

    static String next() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return ENCODER.encodeToString(bits);
    }
}
