package dev.mneme.memory.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.RedisServer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users' keys and values, and the password, are found nowhere but in Redis and in the hands of the users. */
class RedisCanaryTest {

    private static final String PASSWORD = "Stieglitz";

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void neitherKeysNorValuesNorThePasswordStandInALogAMessageAThreadsNameOrAMeter() {
        try (RedisServer server = RedisServer.builder().password(PASSWORD).start();
                ChildJvm node = ChildJvm.start(CanaryNode.class, server.uri())) {
            assertThat(node.line()).isEqualTo("away");
            server.kill();
            node.say("go on");
            assertThat(node.line()).isEqualTo("back");
            server.restart();
            node.say("go on");
            List<String> shown = node.rest();
            List<String> log = node.errors().lines().toList();

            assertThat(shown)
                    .contains("mneme-cache-bus", "Disconnected[]")
                    .anyMatch(line -> line.startsWith("MeterId{name='mneme.redis.reachable'"));
            assertThat(log)
                    .as("what shows that every line is heard, the client's too")
                    .anyMatch(line -> line.contains(CanaryNode.LISTENING))
                    .anyMatch(line -> line.contains("is away: "))
                    .anyMatch(line -> line.contains("DEBUG io.lettuce"));
            for (String word : List.of(CanaryNode.CANARY, PASSWORD)) {
                assertThat(shown).noneMatch(line -> line.contains(word));
                assertThat(log).noneMatch(line -> line.contains(word));
            }
        }
    }
}
