package dev.mneme.memory.redis.promise;

import static dev.mneme.Privacy.STORED;
import static dev.mneme.memory.history.TurnBudget.messages;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.memory.MemoryStats;
import dev.mneme.memory.history.Appended;
import dev.mneme.memory.history.ConversationHistory;
import dev.mneme.memory.history.RecentTurns.Source;
import dev.mneme.memory.history.Turn;
import dev.mneme.servers.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How often a history asks Redis, by what the server itself counts; and what an operator is told of it. */
@Timeout(60)
class HistoryRoundTripsTest {

    private static final SessionKey KEY = SessionKey.of("ann", "chat");

    private final RedisServer server = RedisServer.start();
    private final HostNode node = new HostNode(server.uri());

    @AfterEach
    void close() {
        node.close();
        server.close();
    }

    private long scripts() {
        Map<String, String> commands = server.info("commandstats");
        long calls = 0;
        for (String name : List.of("cmdstat_eval", "cmdstat_evalsha")) {
            String stats = commands.getOrDefault(name, "calls=0,");
            calls += Long.parseLong(stats.substring("calls=".length(), stats.indexOf(',')));
        }
        return calls;
    }

    @Test
    void anAppendAndTwentyRecentTurnsTakeOneRoundTripEach() {
        node.settled(); // the caches' part of the namespace asks for versions before
        ConversationHistory history = node.memory
                .history("recent")
                .timeout(ofSeconds(10))
                .loader((key, most) -> List.of())
                .build();
        // each script is sent whole once, and what is not held is loaded once
        history.append(KEY, STORED, Turn.user("first", "text"));
        history.recent(KEY, STORED);
        history.recent(KEY, STORED);

        long before = scripts();
        for (int i = 0; i < 30; i++) {
            assertThat(history.append(KEY, STORED, Turn.user("m" + i, "text"))).isEqualTo(Appended.STORED);
        }
        assertThat(scripts() - before)
                .as("one for each append, with what trims and expires")
                .isEqualTo(30);
        for (int i = 0; i < 10; i++) {
            var turns = history.recent(KEY, STORED, messages(20));
            assertThat(turns).hasSize(20);
            assertThat(turns.source()).isEqualTo(Source.STORE);
        }
        assertThat(scripts() - before).as("one for each read").isEqualTo(40);
    }

    @Test
    void theServerHoldsNoMoreTurnsAndIdsThanTheHistoryKeepsAndNotForEver() {
        HostNode.until("connected", node.redis::isReachable);
        ConversationHistory history =
                node.memory.history("recent").maxTurns(5).timeout(ofSeconds(10)).build();
        for (int i = 0; i < 60; i++) {
            history.append(KEY, STORED, Turn.user("m" + i, "text"));
        }
        String tenant = "mneme:{default:history:ann}:";
        assertThat(server.command("LLEN", tenant + "t:recent:chat")).isEqualTo(5L);
        assertThat(server.command("ZCARD", tenant + "i:recent:chat")).isEqualTo(50L);
        for (String key : List.of("t:recent:chat", "i:recent:chat", "s:recent:chat", "x")) {
            assertThat((Long) server.command("TTL", tenant + key))
                    .as("seconds left of %s", key)
                    .isBetween(1L, 1_200L);
        }
    }

    @Test
    void whatTheServerHoldsIsCountedByKind() {
        HostNode.until("connected", node.redis::isReachable);
        ConversationHistory history =
                node.memory.history("recent").timeout(ofSeconds(10)).build();
        node.texts("texts").loader(key -> "of " + key).build().get("one");
        var noise = new ArrayList<>(List.of("MSET"));
        for (int i = 0; i < 3_000; i++) {
            noise.add("mneme:{other:history:x}:t:" + i);
            noise.add("");
        }
        server.command(noise.toArray(new String[0]));
        history.append(KEY, STORED, Turn.user("1", "text"));
        HostNode.until(
                "the value is there", () -> node.memory.stats().keysByKind().getOrDefault("cache", 0L) > 64);
        MemoryStats stats = node.memory.stats();
        assertThat(stats.keysCounted()).isTrue();
        assertThat(stats.keysByKind())
                .as("turns, ids, state and the tenant's conversations")
                .containsEntry("history", 4L)
                .containsOnlyKeys("cache", "history");
        assertThat(stats.memoryUsed().orElse(0)).isPositive();
        assertThat(stats.connectedClients().orElse(0)).isGreaterThanOrEqualTo(2);
        assertThat(stats.toJson()).contains("\"history\":4");

        server.kill();
        HostNode.until("away", () -> !node.redis.isReachable());
        assertThat(node.memory.stats().keysCounted()).isFalse();
        assertThat(node.memory.stats().memoryUsed()).isEmpty();
        assertThat(node.memory.stats().misses()).isEqualTo(1);
    }
}
