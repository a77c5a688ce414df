package dev.mneme.examples.delivery;

import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import dev.mneme.outbox.Outbox;
import dev.mneme.outbox.OutboxSchema;
import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.PostgresServer;
import dev.mneme.servers.RedisServer;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * Five processes on a real PostgreSQL and a real Redis that are started for them. A producer, a relay and a consumer are killed
 * in the midst of their work, and then the books are compared.
 *
 * <pre>
 * java -cp "examples/target/*:examples/target/lib/*" dev.mneme.examples.delivery.DeliveryExample
 * </pre>
 */
public final class DeliveryExample implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 120;

    private final PrintStream out;
    private final int notes;
    private final PostgresServer postgres = PostgresServer.start(true);
    private final RedisServer redis = RedisServer.builder().appendOnly().start();
    private final String url = postgres.newDatabase();
    private final DataSource database = PostgresServer.dataSource(url);
    private final List<ChildJvm> processes = new ArrayList<>();

    /**
     * @param notes how many notes the second producer takes; the first is killed
     */
    DeliveryExample(PrintStream out, int notes) {
        this.out = out;
        this.notes = notes;
    }

    public static void main(String... args) throws SQLException {
        // the servers have much to say while they start
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        try (var example = new DeliveryExample(System.out, 5_000)) {
            example.run();
        }
    }

    Reconciliation run() throws SQLException {
        OutboxSchema.of(database).create();
        execute(Notes.DDL);
        ChildJvm relay = start("relay 1", Relay.class, url, redis.uri());
        start("relay 2", Relay.class, url, redis.uri());
        ChildJvm indexer = start("consumer 1", Indexer.class, url, redis.uri(), "1");
        start("consumer 2", Indexer.class, url, redis.uri(), "2");
        ChildJvm producer = start("producer 1", Producer.class, url, "first", "1000000");

        kill("producer 1", producer, notes / 10);
        ChildJvm next = start("producer 2", Producer.class, url, "second", String.valueOf(notes));
        kill("relay 1", relay, notes / 10);
        kill("consumer 1", indexer, notes / 10);
        next.rest();
        out.println("producer 2 has taken its last note");
        awaitQuiet();

        Reconciliation books = Reconciliation.of(database);
        out.println();
        out.print(books.table());
        return books;
    }

    private ChildJvm start(String name, Class<?> main, String... arguments) {
        ChildJvm process = ChildJvm.start(main, arguments);
        processes.add(process);
        if (!process.line().equals("ready")) {
            throw new IllegalStateException(name + " did not begin");
        }
        out.println(name + " is ready");
        return process;
    }

    /** Kills a process in the midst of work: after so many more notes were indexed. */
    private void kill(String name, ChildJvm process, int after) throws SQLException {
        long begun = indexed();
        until("work under way", () -> indexed() >= begun + after);
        process.kill();
        out.printf("%s is killed, %,d notes are indexed%n", name, indexed());
    }

    /** Until nothing is on its way any more: the outbox is empty, and so is what the consumers have not acknowledged. */
    private void awaitQuiet() throws SQLException {
        Outbox outbox = Host.outbox(database);
        try (Redis connection = Redis.connect(redis.uri());
                RedisEventStream events = Host.events(connection)) {
            until("Redis is there", connection::isReachable);
            until("the outbox is empty", () -> outbox.monitor().pending() == 0);
            until(
                    "every event is acknowledged",
                    () -> events.monitor().groups().stream()
                            .allMatch(group ->
                                    group.pending() == 0 && group.oldest().isZero()));
        }
    }

    private long indexed() throws SQLException {
        return Reconciliation.of(database).handled();
    }

    private void execute(String statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    private interface Condition {
        boolean holds() throws SQLException;
    }

    private static void until(String what, Condition condition) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("waited " + PATIENCE_SECONDS + " s, and still not: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for: " + what, e);
            }
        }
    }

    @Override
    public void close() {
        processes.forEach(ChildJvm::close);
        redis.close();
        postgres.close();
    }
}
