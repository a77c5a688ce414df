package dev.mneme.servers.qdrant;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The real server that the environment names. */
final class NamedQdrant {

    private NamedQdrant() {}

    /** Skips the tests of a class, with the reason, if none is named. */
    static String target() {
        String target = System.getenv("MNEME_QDRANT");
        assumeTrue(target != null && target.contains(":"), "MNEME_QDRANT=host:port names no real Qdrant");
        return target;
    }
}
