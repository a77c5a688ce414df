package dev.mneme.examples.delivery;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * What the database says in the end.
 *
 * @param committed notes that were committed
 * @param handled notes that were indexed
 * @param deliveries how often an indexer was given an event
 * @param duplicates deliveries of an event that had been delivered before
 * @param lost notes that were committed and not indexed
 * @param invented notes that were indexed and never committed
 */
record Reconciliation(long committed, long handled, long deliveries, long duplicates, long lost, long invented) {

    static Reconciliation of(DataSource database) throws SQLException {
        return new Reconciliation(
                ask(database, "select count(*) from note"),
                ask(database, "select count(*) from note_index"),
                ask(database, "select count(*) from delivery"),
                ask(database, "select count(*) - count(distinct event) from delivery"),
                ask(database, "select count(*) from note where id not in (select note from note_index)"),
                ask(database, "select count(*) from note_index where note not in (select id from note)"));
    }

    private static long ask(DataSource database, String question) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(question)) {
            answer.next();
            return answer.getLong(1);
        }
    }

    String table() {
        return String.format("""
                committed   %,8d
                handled     %,8d
                deliveries  %,8d   of which duplicates, which the inbox held off: %,d
                lost        %,8d
                invented    %,8d
                """, committed, handled, deliveries, duplicates, lost, invented);
    }
}
