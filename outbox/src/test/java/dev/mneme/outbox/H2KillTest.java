package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.ask;
import static dev.mneme.outbox.OutboxFixture.inversions;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.RecordingEventSink;
import dev.mneme.servers.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class H2KillTest {

    @Test
    void whatH2AcknowledgedBeforeItsProcessWasKilledIsDelivered(@TempDir Path folder) {
        String address = "jdbc:h2:file:" + folder.resolve("events") + ";WRITE_DELAY=0";
        int acknowledged;
        try (ChildJvm writer = ChildJvm.start(H2Writer.class, address)) {
            do {
                acknowledged = Integer.parseInt(writer.line());
            } while (acknowledged < 300);
            writer.kill();
            List<String> rest = writer.rest();
            // the last line may be torn
            acknowledged += Math.max(0, rest.size() - 1);
        }
        DataSource database = OutboxFixture.h2(address);
        Outbox outbox = OutboxFixture.outbox(database).build();
        var sink = new RecordingEventSink();
        try (OutboxRelay relay = OutboxFixture.relay(outbox, sink).start()) {
            Await.until("an empty outbox", () -> ask(database, "select count(*) from mneme_outbox") == 0);
            assertThat(relay.numbers().rejected()).isZero();
        }
        // one more may have been committed and not acknowledged
        assertThat(sink.delivered().size()).isBetween(acknowledged, acknowledged + 2);
        assertThat(sink.delivered()).doesNotHaveDuplicates();
        assertThat(inversions(sink.delivered())).isZero();
    }
}
