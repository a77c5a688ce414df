package dev.mneme.outbox;

import static java.util.Objects.requireNonNull;

import dev.mneme.events.Event;
import dev.mneme.events.stream.EventHandler;
import dev.mneme.events.stream.Inbox;
import dev.mneme.events.stream.InboxWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * An inbox in a table of the database in which the work is done: the event's id is written first, in the work's own
 * transaction, so that either both last or neither does.
 *
 * <p>It remembers an event until {@link OutboxCleaner#forgetHandled} removes it. The work runs on the calling thread, in
 * a transaction on a connection of its own. Of two deliveries of an event at once, one waits for the other's transaction
 * to end.
 *
 * <pre>{@code
 * events.group("indexer").subscribe(MemoryNotedV2.class,
 *         JdbcInbox.on(dataSource, "indexer").once((connection, event) -> index.add(connection, event.data())));
 * }</pre>
 */
public final class JdbcInbox implements Inbox<Connection> {

    private static final int MAX_CONSUMER = 80;

    private final DataSource dataSource;
    private final Dialect dialect;
    private final String consumer;
    private final Duration maxWait;

    private JdbcInbox(DataSource dataSource, Dialect dialect, String consumer, Duration maxWait) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.consumer = consumer;
        this.maxWait = maxWait;
    }

    /**
     * The inbox of a consumer, which waits up to 30 seconds for another delivery of the same event.
     *
     * @param consumer 1 to 80 characters of {@code A-Z a-z 0-9 . _ -}; the same in all processes of the consumer
     * @throws OutboxSchemaException with what to do, if the database has no table for it
     * @throws OutboxException if the database cannot be asked
     */
    public static JdbcInbox on(DataSource dataSource, String consumer) {
        if (!consumer.matches("[A-Za-z0-9._-]{1," + MAX_CONSUMER + "}")) {
            throw new IllegalArgumentException("consumer must be 1 to " + MAX_CONSUMER
                    + " characters of A-Z, a-z, 0-9, '.', '_' and '-', had " + consumer.length() + " or others");
        }
        OutboxSchema schema = OutboxSchema.of(dataSource);
        schema.check();
        return new JdbcInbox(dataSource, schema.dialect(), consumer, Duration.ofSeconds(30));
    }

    /** This inbox with another bound on waiting: a second to an hour. */
    public JdbcInbox maxWait(Duration maxWait) {
        Limits.duration("maxWait", maxWait, Duration.ofSeconds(1), Duration.ofHours(1));
        return new JdbcInbox(dataSource, dialect, consumer, maxWait);
    }

    @Override
    public <E extends Event> EventHandler<E> once(InboxWork<? super Connection, E> work) {
        requireNonNull(work, "work");
        return event -> {
            try (Connection connection = dataSource.getConnection()) {
                boolean before = connection.getAutoCommit();
                connection.setAutoCommit(false);
                boolean committed = false;
                try {
                    if (isNew(connection, event.id())) {
                        work.run(connection, event);
                        connection.commit();
                        committed = true;
                    }
                } finally {
                    if (!committed) {
                        Jdbc.rollback(connection);
                    }
                    connection.setAutoCommit(before);
                }
            }
        };
    }

    private boolean isNew(Connection connection, UUID event) throws SQLException {
        try {
            return dialect.remember(connection, consumer, event, maxWait);
        } catch (SQLException e) {
            throw new OutboxException(
                    "event " + event
                            + " was not handled: the inbox could not remember it, or another delivery of it took"
                            + " longer than " + maxWait + "; it is to be delivered again",
                    e);
        }
    }
}
