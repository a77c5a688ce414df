package dev.mneme.servers.qdrant;

import org.junit.jupiter.api.BeforeAll;

class RealFilterTest extends FilterCases {

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
