package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.events.stream.Inbox;
import dev.mneme.events.stream.InboxContract;
import dev.mneme.events.stream.KitEvents;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The inbox in a table, on every database. */
abstract class JdbcInboxContract extends InboxContract<Connection> {

    protected abstract DataSource database();

    protected abstract String longAgo();

    private DataSource database;

    @BeforeEach
    void open() throws SQLException {
        database = database();
        OutboxFixture.run(database, "create table written (what varchar(100))");
    }

    @Override
    protected Inbox<Connection> inbox(String consumer) {
        return JdbcInbox.on(database, consumer);
    }

    @Override
    protected void write(Connection transaction, String text) throws SQLException {
        try (PreparedStatement insert = transaction.prepareStatement("insert into written values (?)")) {
            insert.setString(1, text);
            insert.executeUpdate();
        }
    }

    @Override
    protected List<String> committed() throws SQLException {
        var texts = new ArrayList<String>();
        try (Connection c = database.getConnection();
                Statement statement = c.createStatement();
                ResultSet rows = statement.executeQuery("select what from written")) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    @Test
    void aDeliveryWaitsForAnotherOneNoLongerThanItMay() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var handler = JdbcInbox.on(database, "a").maxWait(Duration.ofSeconds(1)).<KitEvents.Counted>once((c, event) -> {
            inside.countDown();
            release.await();
        });
        var event = KitEvents.counted(1);
        var first = new Thread(() -> {
            try {
                handler.handle(event);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        first.start();
        inside.await();
        assertThatThrownBy(() -> handler.handle(event))
                .isInstanceOf(OutboxException.class)
                .hasMessageContaining("it is to be delivered again");
        release.countDown();
        first.join();
    }

    @Test
    void whatWasHandledLongAgoIsForgotten() throws Exception {
        var event = KitEvents.counted(1);
        var handler = inbox("a").<KitEvents.Counted>once((c, e) -> write(c, "done"));
        handler.handle(event);
        var cleaner = Outbox.builder(database, KitEvents.CODEC).build().cleaner();
        assertThat(cleaner.forgetHandled(Duration.ofDays(1))).isZero();
        OutboxFixture.run(database, "update mneme_inbox set seen_at = " + longAgo());
        assertThat(cleaner.forgetHandled(Duration.ofDays(1))).isEqualTo(1);
        assertThat(ask(database, "select count(*) from mneme_inbox")).isZero();
        handler.handle(event);
        assertThat(committed()).containsExactly("done", "done");
    }

    @Test
    void aConsumerHasAProperName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JdbcInbox.on(database, "a b"))
                .withMessageStartingWith("consumer must be 1 to 80 characters");
    }
}
