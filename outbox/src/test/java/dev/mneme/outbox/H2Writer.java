package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.event;

import javax.sql.DataSource;

/** A process that publishes into a database of its own, and says after each commit how many there were. */
final class H2Writer {

    private H2Writer() {}

    public static void main(String... arguments) throws Exception {
        DataSource database = OutboxFixture.h2(arguments[0]);
        OutboxSchema.of(database).create();
        Outbox outbox = OutboxFixture.outbox(database).build();
        for (int number = 1; ; number++) {
            OutboxFixture.publish(database, outbox, event(number, "k" + number % 7));
            System.out.println(number);
        }
    }
}
