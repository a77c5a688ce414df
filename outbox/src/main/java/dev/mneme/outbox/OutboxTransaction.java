package dev.mneme.outbox;

import dev.mneme.events.Envelope;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A transaction that the outbox began. Events that are published to it are stored right before it commits, so that the
 * locks of their keys are held for the shortest time and taken in the same order by all. For one thread.
 */
public final class OutboxTransaction {

    /** The most events of one transaction. */
    public static final int MAX_EVENTS = 10_000;

    private final Outbox outbox;
    private final Connection connection;
    private final List<OutboxRow> rows = new ArrayList<>();

    OutboxTransaction(Outbox outbox, Connection connection) {
        this.outbox = outbox;
        this.connection = connection;
    }

    /** Where the work of the transaction is done; neither to be committed nor closed by it. */
    public Connection connection() {
        return connection;
    }

    /**
     * Stores the event with the transaction.
     *
     * @throws IllegalArgumentException as {@link Outbox#publish(Connection, Envelope)}
     */
    public void publish(Envelope<?> event) {
        add(outbox.row(event, Duration.ZERO));
    }

    /**
     * Stores the event with the transaction, to be delivered no sooner than {@code delay} after it.
     *
     * @throws IllegalArgumentException as {@link Outbox#publish(Connection, Envelope, Duration)}
     */
    public void publish(Envelope<?> event, Duration delay) {
        add(outbox.row(event, delay));
    }

    private void add(OutboxRow row) {
        if (rows.size() >= MAX_EVENTS) {
            throw new IllegalArgumentException(
                    "a transaction may publish at most " + MAX_EVENTS + " events, had as many");
        }
        rows.add(row);
    }

    /** Sorted by key; events of one key stay in the order in which they were published. */
    List<OutboxRow> sorted() {
        return rows.stream()
                .sorted(Comparator.comparing(
                        OutboxRow::orderHash, Comparator.nullsFirst(Comparator.<Long>naturalOrder())))
                .toList();
    }
}
