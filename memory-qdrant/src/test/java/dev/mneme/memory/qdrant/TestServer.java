package dev.mneme.memory.qdrant;

import dev.mneme.servers.qdrant.QdrantDouble;
import java.util.List;
import java.util.UUID;

/** The server that the contract is run against: the double, or a real one. */
interface TestServer extends AutoCloseable {

    QdrantOptions options();

    /** What was asked without saying whose records are meant; a real server does not tell. */
    List<String> violations();

    @Override
    void close();

    /** A name that no store on any server has. */
    static String newName() {
        return "test-" + UUID.randomUUID();
    }

    static TestServer doubled() {
        QdrantDouble qdrant = QdrantDouble.start();
        qdrant.requireTenant("agent_key", "tenant");
        return new TestServer() {
            @Override
            public QdrantOptions options() {
                return QdrantOptions.of("127.0.0.1", qdrant.port());
            }

            @Override
            public List<String> violations() {
                return qdrant.violations();
            }

            @Override
            public void close() {
                qdrant.close();
            }
        };
    }

    /** The one of the environment variable {@code MNEME_QDRANT}, {@code host:port}. */
    static TestServer real(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        QdrantOptions options =
                QdrantOptions.of(hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
        return new TestServer() {
            @Override
            public QdrantOptions options() {
                return options;
            }

            @Override
            public List<String> violations() {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }
}
