package dev.mneme.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.events.stream.KitEvents;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxSettingsTest {

    @Test
    void aDatabaseWithoutTheTablesIsRefusedWithWhatToDo() {
        DataSource empty = OutboxFixture.emptyH2();
        assertThatExceptionOfType(OutboxSchemaException.class)
                .isThrownBy(() -> Outbox.builder(empty, KitEvents.CODEC).build())
                .withMessageStartingWith("the database must have the tables of an outbox, had none: apply");
        assertThatExceptionOfType(OutboxSchemaException.class).isThrownBy(() -> JdbcInbox.on(empty, "a"));
    }

    @Test
    void tablesOfAnotherVersionAreRefusedWithWhatToDo() throws SQLException {
        DataSource database = OutboxFixture.h2();
        OutboxFixture.run(database, "update mneme_outbox_schema set version = 7");
        assertThatExceptionOfType(OutboxSchemaException.class)
                .isThrownBy(() -> Outbox.builder(database, KitEvents.CODEC).build())
                .withMessageStartingWith("the outbox's tables must have version 1, had 7");
    }

    @Test
    void aPostgresWithoutTheTablesIsRefusedToo() {
        DataSource empty = dev.mneme.servers.PostgresServer.dataSource(
                dev.mneme.servers.PostgresServer.shared().newDatabase());
        assertThatExceptionOfType(OutboxSchemaException.class)
                .isThrownBy(() -> Outbox.builder(empty, KitEvents.CODEC).build())
                .withMessageContaining("had none");
        assertThat(OutboxSchema.of(empty).ddl()).contains("create table mneme_outbox (");
    }

    @Test
    void anH2ThatWritesLaterIsRefused(@TempDir Path folder) {
        var late = new JdbcDataSource();
        late.setURL("jdbc:h2:file:" + folder.resolve("late"));
        OutboxSchema.of(late).create();
        assertThatExceptionOfType(OutboxSchemaException.class)
                .isThrownBy(() -> Outbox.builder(late, KitEvents.CODEC).build())
                .withMessageContaining("add ;WRITE_DELAY=0 to its address");
        var durable = new JdbcDataSource();
        durable.setURL("jdbc:h2:file:" + folder.resolve("durable") + ";WRITE_DELAY=0");
        OutboxSchema.of(durable).create();
        assertThat(Outbox.builder(durable, KitEvents.CODEC).build().monitor().pending())
                .isZero();
    }

    @Test
    void theFirstTopicThatFitsHolds() {
        Topics topics = Topics.none()
                .with("memory.noted", TopicSettings.UNORDERED)
                .with("memory.*", TopicSettings.UNORDERED.orderedByKey())
                .with("*", TopicSettings.UNORDERED.strictKeyOrder());
        assertThat(topics.of("memory.noted").isOrdered()).isFalse();
        assertThat(topics.of("memory.kept").isOrdered()).isTrue();
        assertThat(topics.of("memory.kept").locksKey()).isFalse();
        assertThat(topics.of("memoryXkept").locksKey()).isTrue();
    }

    @Test
    void anEventsLaneIsThatOfItsKeyAndStaysSo() {
        TopicSettings ordered = TopicSettings.UNORDERED.orderedByKey();
        var row = new OutboxRow(KitEvents.encoded(1, "user-1"), ordered, Duration.ZERO);
        // it stands in tables: another value would put new events of a key beside its old ones
        assertThat(row.orderHash())
                .isEqualTo(new OutboxRow(KitEvents.encoded(2, "user-1"), ordered, Duration.ZERO).orderHash());
        assertThat(row.orderHash()).isEqualTo(PINNED_HASH);
        assertThat(row.lane()).isEqualTo((int) Math.floorMod(PINNED_HASH, 16L));
        assertThat(new OutboxRow(KitEvents.encoded(1, "user-1"), TopicSettings.UNORDERED, Duration.ZERO).orderHash())
                .isNull();
    }

    private static final long PINNED_HASH = -7123890940142679098L;

    @Test
    void settingsOutOfRangeAreRefused() {
        var builder = Outbox.builder(OutboxFixture.emptyH2(), KitEvents.CODEC);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxAttempts(0))
                .withMessage("maxAttempts must be 1 to 1000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.retryWaits(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessage("longest must be PT2S to PT24H, was PT1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.topic("a.*", t -> t.onDead(OnDead.BLOCK_KEY)))
                .withMessageStartingWith("only a topic with orderedByKey() may lock or block keys");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.topic("A b", t -> t))
                .withMessageStartingWith("a topic must be 1 to 100 characters");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.name("My Outbox"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DeadSelection.all().ids(java.util.List.of()));
    }
}
