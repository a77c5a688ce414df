package dev.mneme.servers.qdrant;

import org.junit.jupiter.api.BeforeAll;

class RealReadingTest extends ReadingCases {

    private static String target;

    @BeforeAll
    static void find() {
        target = NamedQdrant.target();
    }

    @Override
    String target() {
        return target;
    }
}
