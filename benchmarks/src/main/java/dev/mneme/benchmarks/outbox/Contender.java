package dev.mneme.benchmarks.outbox;

import java.sql.SQLException;

/** An outbox on PostgreSQL whose events end in a stream in Redis. */
interface Contender extends AutoCloseable {

    /** Makes one on an empty database and an empty Redis. */
    interface Maker {
        Contender make(Servers servers, Deliveries deliveries) throws SQLException;
    }

    /** Stores events in transactions of a thousand; nothing is delivered before {@link #start}. */
    void store(int first, int count) throws SQLException;

    /**
     * Stores an event in a transaction of its own and commits it.
     *
     * @return when the commit was back
     */
    long publish(int number) throws SQLException;

    /** Begins to deliver. */
    void start();

    @Override
    void close();
}
