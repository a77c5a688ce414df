package dev.mneme.outbox;

import static dev.mneme.outbox.OutboxFixture.ask;
import static dev.mneme.outbox.OutboxFixture.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.Envelope;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.KitEvents.Counted;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.stream.RedisEventStream;
import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.PostgresServer;
import dev.mneme.servers.RedisServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Relays as processes of their own, between a real PostgreSQL and a real Redis, which ends and stops as processes do. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RelayProcessesTest {

    private static final int KILLS = Boolean.getBoolean("mneme.long") ? 20 : 2;

    private final String url = PostgresServer.shared().newDatabase();
    private final DataSource database = OutboxFixture.pool(url);
    private final List<Envelope<Counted>> handled = Collections.synchronizedList(new ArrayList<>());
    private final List<ChildJvm> children = new ArrayList<>();
    private final RedisServer server = RedisServer.start();
    private final Redis redis = Redis.connect(server.uri());
    private final RedisEventStream events = RedisEventStream.on(redis, "events", KitEvents.CODEC);
    private Outbox outbox;
    private int published;

    @BeforeEach
    void open() {
        OutboxSchema.of(database).create();
        outbox = OutboxFixture.outbox(database).build();
        // one thread: what it is given is the order of the entries
        events.group("all").maxConcurrency(1).subscribe(Counted.class, handled::add);
    }

    @AfterEach
    void close() {
        children.forEach(ChildJvm::close);
        events.close();
        redis.close();
        server.close();
    }

    @Test
    void whenRelaysAreKilledNothingIsLostAndNothingComesTwice() throws SQLException {
        ChildJvm next = relay();
        for (int kill = 0; kill < KILLS; kill++) {
            ChildJvm victim = next;
            next = relay();
            int before = handled.size();
            publishSome(200);
            Await.until("work under way", () -> handled.size() > before);
            victim.kill();
            publishSome(200);
        }
        awaitAll();
    }

    @Test
    void aRelayThatWasStoppedPastItsLeaseAndGoesOnDisturbsNothing() throws SQLException {
        ChildJvm stopped = relay();
        publishSome(300);
        stopped.pause();
        publishSome(300);
        relay();
        awaitAll();
        publishSome(300);
        stopped.resume();
        publishSome(300);
        awaitAll();
        stopped.say("end");
        assertThat(stopped.line()).startsWith("stale ");
    }

    private ChildJvm relay() {
        ChildJvm child = ChildJvm.start(RelayProcess.class, url, server.uri());
        children.add(child);
        // one whose lanes are all another's says nothing yet; the first one's are free
        if (children.size() == 1) {
            assertThat(child.line()).isEqualTo("relaying");
        }
        return child;
    }

    private void publishSome(int count) throws SQLException {
        try (Connection c = database.getConnection()) {
            c.setAutoCommit(false);
            for (int end = published + count; published < end; published++) {
                outbox.publish(c, event(published, "k" + published % 30));
                if (published % 7 == 0) {
                    c.commit();
                }
            }
            c.commit();
        }
    }

    private void awaitAll() {
        Await.until(
                "all events",
                () -> handled.size() >= published && ask(database, "select count(*) from mneme_outbox") == 0);
        assertThat(handled).extracting(Envelope::id).doesNotHaveDuplicates().hasSize(published);
        Map<String, Integer> last = new HashMap<>();
        for (Envelope<Counted> event : List.copyOf(handled)) {
            int number = event.data().number();
            assertThat(number).isGreaterThan(last.getOrDefault(event.key().orElseThrow(), -1));
            last.put(event.key().orElseThrow(), number);
        }
    }
}
