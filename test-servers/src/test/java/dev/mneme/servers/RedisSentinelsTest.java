package dev.mneme.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedisSentinelsTest {

    private static final Duration LONG = Duration.ofSeconds(180);

    @Test
    @DisplayName("a killed master is replaced by its replica with its data, and comes back as a replica")
    void aKilledMasterIsReplaced() {
        List<Long> pids;
        try (RedisSentinels sentinels = RedisSentinels.start()) {
            RedisServer first = sentinels.master();
            RedisServer second = sentinels.replica();
            pids = List.of(first.pid(), second.pid());
            assertThat(sentinels.sentinelUri())
                    .matches("redis-sentinel://127\\.0\\.0\\.1:\\d+,127\\.0\\.0\\.1:\\d+,127\\.0\\.0\\.1:\\d+#mneme");
            assertThat(second.info("replication"))
                    .containsEntry("role", "slave")
                    .containsEntry("master_link_status", "up");
            try (RespConnection connection = first.connect()) {
                connection.command("SET", "k", "v");
                assertThat(connection.command("WAIT", "1", "10000")).isEqualTo(1L);
            }

            assertThat(sentinels.killMaster()).isEqualTo(first);
            assertThat(sentinels.awaitFailover(LONG)).isEqualTo(second.port());

            assertThat(sentinels.master()).isEqualTo(second);
            assertThat(sentinels.replica()).isEqualTo(first);
            assertThat(second.command("GET", "k")).isEqualTo("v");
            assertThat(second.command("SET", "k", "w")).isEqualTo("OK");

            first.restart();
            sentinels.awaitReplica(LONG);
            assertThat(first.command("GET", "k")).isEqualTo("w");
            assertThatThrownBy(() -> sentinels.awaitFailover(Duration.ofMillis(50)))
                    .hasMessageContaining("no failover");
        }
        assertThat(pids).allMatch(pid -> ProcessHandle.of(pid).isEmpty());
        assertThat(children()).isEmpty();
    }

    @Test
    @DisplayName("a master that is paused is replaced too")
    void aPausedMasterIsReplaced() {
        try (RedisSentinels sentinels = RedisSentinels.start()) {
            RedisServer first = sentinels.master();
            first.pause();

            assertThat(sentinels.awaitFailover(LONG)).isNotEqualTo(first.port());
        }
    }

    static Stream<String> children() {
        return ProcessHandle.current()
                .children()
                .map(child -> child.info().commandLine().orElse(""))
                .filter(command -> command.contains("redis"));
    }
}
