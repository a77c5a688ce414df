package dev.mneme.events;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Ids of events: UUIDs of version 7 (RFC 9562, section 5.7), which sort by the millisecond they were made in. */
final class EventIds {

    private static final SecureRandom RANDOM = new SecureRandom();

    private EventIds() {}

    static UUID at(Instant time) {
        long random = RANDOM.nextLong();
        long high = time.toEpochMilli() << 16 | 0x7000 | (random & 0xFFF);
        long low = 0x8000000000000000L | (RANDOM.nextLong() >>> 2);
        return new UUID(high, low);
    }
}
