package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.ask;
import static dev.mneme.outbox.OutboxFixture.event;
import static dev.mneme.outbox.OutboxFixture.numbers;
import static dev.mneme.outbox.OutboxFixture.outbox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.RecordingEventSink;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Events in transactions that a framework of the host begins and ends, on the connection that it holds. */
class HostTransactionsTest {

    private final DataSource database = OutboxFixture.postgres();
    private final Outbox outbox = outbox(database).build();
    private final RecordingEventSink sink = new RecordingEventSink();
    private final OutboxRelay relay = outbox.relayTo(sink)
            .pollEvery(Duration.ofMinutes(1), Duration.ofMinutes(1))
            .start();

    @BeforeEach
    void openTable() throws SQLException {
        OutboxFixture.run(database, "create table note (text varchar(100))");
        Await.until("all lanes", () -> relay.numbers().lanes() == 16);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void whatIsPublishedInATransactionOfSpringSharesItsFate() {
        var notes = new JdbcTemplate(database);
        var transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        assertThatIllegalStateException()
                .isThrownBy(() -> transaction.executeWithoutResult(status -> {
                    notes.update("insert into note values ('a')");
                    publishWithSpring(1);
                    throw new IllegalStateException("no");
                }));
        transaction.executeWithoutResult(status -> {
            notes.update("insert into note values ('b')");
            publishWithSpring(2);
            status.setRollbackOnly();
        });
        assertNothingIsStored();

        transaction.executeWithoutResult(status -> {
            notes.update("insert into note values ('c')");
            publishWithSpring(3);
            assertThat(ask(database, "select count(*) from mneme_outbox")).isZero();
        });
        assertOnlyIsDelivered(3);
    }

    /** The inner transaction ends by itself, whatever becomes of the outer one. */
    @Test
    void eachTransactionOfSpringHasItsOwnEvents() {
        var outer = new TransactionTemplate(new DataSourceTransactionManager(database));
        var inner = new TransactionTemplate(new DataSourceTransactionManager(database));
        inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        outer.executeWithoutResult(status -> {
            publishWithSpring(1);
            inner.executeWithoutResult(within -> {
                new JdbcTemplate(database).update("insert into note values ('b')");
                publishWithSpring(2);
            });
            status.setRollbackOnly();
        });
        assertOnlyIsDelivered(2);
    }

    private void publishWithSpring(int number) {
        Connection connection = DataSourceUtils.getConnection(database);
        Publication event = outbox.publish(connection, event(number, "a"));
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                event.committed();
            }
        });
        DataSourceUtils.releaseConnection(connection, database);
    }

    @Test
    void whatIsPublishedInATransactionOfJooqSharesItsFate() {
        DSLContext jooq = DSL.using(database, SQLDialect.POSTGRES);
        assertThatIllegalStateException()
                .isThrownBy(() -> jooq.transaction(within -> {
                    within.dsl().execute("insert into note values ('a')");
                    within.dsl().connection(connection -> outbox.publish(connection, event(1, "a")));
                    throw new IllegalStateException("no");
                }));
        assertNothingIsStored();

        Publication event = jooq.transactionResult(within -> {
            within.dsl().execute("insert into note values ('b')");
            return within.dsl().connectionResult(connection -> outbox.publish(connection, event(2, "a")));
        });
        event.committed();
        assertOnlyIsDelivered(2);
    }

    /** jOOQ's nested transactions are savepoints of the outer one. */
    @Test
    void whatIsPublishedAfterASavepointGoesBackWithIt() {
        DSLContext jooq = DSL.using(database, SQLDialect.POSTGRES);
        Publication event = jooq.transactionResult(outer -> {
            outer.dsl().execute("insert into note values ('a')");
            assertThatIllegalStateException()
                    .isThrownBy(() -> outer.dsl().transaction(inner -> {
                        inner.dsl().connection(connection -> outbox.publish(connection, event(1, "a")));
                        throw new IllegalStateException("no");
                    }));
            return outer.dsl().connectionResult(connection -> outbox.publish(connection, event(2, "a")));
        });
        event.committed();
        assertOnlyIsDelivered(2);
    }

    private void assertNothingIsStored() {
        assertThat(ask(database, "select count(*) from note")).isZero();
        assertThat(ask(database, "select count(*) from mneme_outbox")).isZero();
        assertThat(sink.delivered()).isEmpty();
    }

    /** With polls a minute apart only a wake after the commit brings it so soon. */
    private void assertOnlyIsDelivered(int number) {
        Await.until("the delivery", () -> numbers(sink).equals(List.of(number)));
        Await.until("an empty outbox", () -> ask(database, "select count(*) from mneme_outbox") == 0);
        assertThat(ask(database, "select count(*) from note")).isEqualTo(1);
    }
}
