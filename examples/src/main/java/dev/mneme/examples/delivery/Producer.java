package dev.mneme.examples.delivery;

import dev.mneme.servers.PostgresServer;
import java.util.concurrent.TimeUnit;

/** A process that takes notes: as many as it was told, if it lives for so long. Every tenth is rolled back. */
final class Producer {

    private static final int AGENTS = 20;
    private static final int A_SECOND = 500;

    private Producer() {}

    public static void main(String... arguments) throws Exception {
        var notes = new Notes(PostgresServer.dataSource(arguments[0]));
        String name = arguments[1];
        int count = Integer.parseInt(arguments[2]);
        System.out.println("ready");
        for (int i = 0; i < count; i++) {
            notes.take(name + "-" + i, "agent-" + i % AGENTS, "likes tea " + i, i % 10 == 9);
            TimeUnit.MILLISECONDS.sleep(1_000 / A_SECOND);
        }
        System.out.println("done");
    }
}
