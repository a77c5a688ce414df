package dev.mneme.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedisClusterTest {

    private static final Duration LONG = Duration.ofSeconds(180);

    @Test
    @DisplayName("three masters have all slots, and the replica of a killed one takes its keys over")
    void aReplicaTakesOver() {
        List<Long> pids;
        try (RedisCluster cluster = RedisCluster.start()) {
            pids = cluster.nodes().stream().map(RedisServer::pid).toList();
            Set<RedisServer> masters = new HashSet<>();
            for (int slot = 0; slot < 16_384; slot += 1_000) {
                masters.add(cluster.masterOf(slot));
            }
            assertThat(masters)
                    .containsExactlyInAnyOrderElementsOf(cluster.nodes().subList(0, 3));
            assertThat(cluster.uris()).hasSize(6).allMatch(uri -> uri.matches("redis://127\\.0\\.0\\.1:\\d+"));
            assertThat(cluster.slotOf("{user}:1")).isEqualTo(cluster.slotOf("user"));
            for (RedisServer master : masters) {
                assertThat(master.info("replication")).containsEntry("connected_slaves", "1");
            }

            for (int slot : List.of(-1, 16_384)) {
                assertThatThrownBy(() -> cluster.masterOf(slot))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("slot must be from 0 to 16383, was " + slot);
            }

            RedisServer first = cluster.masterOf("user");
            RedisServer replica = cluster.replicasOf("user").get(0);
            RedisServer other = masters.stream()
                    .filter(master -> !master.equals(first))
                    .findFirst()
                    .orElseThrow();
            try (RespConnection connection = first.connect()) {
                connection.command("SET", "user", "v");
                assertThat(connection.command("WAIT", "1", "10000")).isEqualTo(1L);
            }
            assertThatThrownBy(() -> other.command("GET", "user"))
                    .hasMessage("MOVED " + cluster.slotOf("user") + " 127.0.0.1:" + first.port());

            assertThat(cluster.killMasterOf("user")).isEqualTo(first);
            assertThatThrownBy(() -> cluster.awaitFailover(Duration.ofMillis(50)))
                    .hasMessageContaining("no failover");
            cluster.awaitFailover(LONG);

            assertThat(cluster.masterOf("user")).isEqualTo(replica);
            assertThat(replica.command("GET", "user")).isEqualTo("v");
            assertThat(replica.command("SET", "user", "w")).isEqualTo("OK");

            first.restart();
            cluster.awaitReplicas(LONG);
            assertThat(first.info("replication")).containsEntry("role", "slave");
            assertThat(cluster.masterOf("user")).isEqualTo(replica);
        }
        assertThat(pids).allMatch(pid -> ProcessHandle.of(pid).isEmpty());
        assertThat(RedisSentinelsTest.children()).isEmpty();
    }
}
