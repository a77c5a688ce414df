package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.event;
import static dev.mneme.outbox.OutboxFixture.outbox;
import static dev.mneme.outbox.OutboxFixture.publish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.MovableTime;
import dev.mneme.events.stream.RecordingEventSink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class OutboxMetricsTest {

    @Test
    void whatTheDatabaseHoldsIsAskedSeldomAndWhatTheRelayDidIsCounted() throws SQLException {
        DataSource database = OutboxFixture.h2();
        Outbox outbox = outbox(database).build();
        var time = new MovableTime();
        var registry = new SimpleMeterRegistry();
        publish(database, outbox, event(1, "a"), event(2, "b"));
        var sink = new RecordingEventSink();
        sink.unreachable(true);
        try (OutboxRelay relay = OutboxFixture.relay(outbox, sink).start()) {
            new OutboxMetrics(outbox, relay, time).bindTo(registry);
            assertThat(registry.get("mneme.outbox.pending").gauge().value()).isEqualTo(2);
            sink.unreachable(false);
            Await.until("an empty outbox", () -> relay.numbers().published() >= 2);
            assertThat(registry.get("mneme.outbox.pending").gauge().value()).isEqualTo(2);
            time.advance(Duration.ofSeconds(10));
            assertThat(registry.get("mneme.outbox.pending").gauge().value()).isZero();
            assertThat(registry.get("mneme.outbox.published").functionCounter().count())
                    .isEqualTo(2);
            OutboxFixture.run(database, "drop table mneme_outbox_relay");
            time.advance(Duration.ofSeconds(10));
            assertThat(registry.get("mneme.outbox.pending").gauge().value()).isNaN();
        }
    }
}
