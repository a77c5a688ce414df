package dev.mneme.servers.qdrant;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class DoubleWritingTest extends WritingCases {

    private static QdrantDouble qdrant;

    @BeforeAll
    static void start() {
        qdrant = QdrantDouble.start();
    }

    @AfterAll
    static void end() {
        qdrant.close();
    }

    @Override
    String target() {
        return "127.0.0.1:" + qdrant.port();
    }
}
