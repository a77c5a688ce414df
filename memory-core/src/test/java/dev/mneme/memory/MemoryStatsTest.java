package dev.mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MemoryStatsTest {

    @Test
    void theyAreToldAsJsonAndAsATable() {
        var stats = new MemoryStats(
                3, 1, Map.of("history", 5L, "cache", 7L), true, OptionalLong.of(1_024), OptionalLong.of(2));
        assertThat(stats.toJson())
                .isEqualTo("{\"hits\":3,\"misses\":1,\"hit_rate\":0.7500,\"keys_by_kind\":{\"cache\":7,\"history\":5},"
                        + "\"keys_counted\":true,\"memory_used\":1024,\"connected_clients\":2}");
        assertThat(stats.toTable()).isEqualTo("""
            hits                 3
            misses               1
            hit rate             75.0 %
            keys: cache          7
            keys: history        5
            memory used          1024 bytes
            connected clients    2
            """);
    }

    @Test
    void whatIsNotKnownIsSaid() {
        MemoryStats stats = MemoryStats.ofNode(Map.of(), Map.of())
                .withServer(Map.of(), false, OptionalLong.empty(), OptionalLong.empty());
        assertThat(stats.hitRate()).isEqualTo(1);
        assertThat(stats.toJson()).contains("\"keys_counted\":false", "\"memory_used\":null");
        assertThat(stats.toTable()).contains("not all counted", "unknown");
    }
}
