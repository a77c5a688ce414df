package dev.mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemorySettingsTest {

    @Test
    void anEmptyEnvironmentGivesTheDefaults() {
        assertThat(MemorySettings.fromEnvironment(Map.of())).isEqualTo(MemorySettings.defaults());
        assertThat(MemorySettings.fromEnvironment(Map.of("REDIS_URL", " ", "REDIS_TTL_RAG", "", "MNEME_BYPASS", " , ")))
                .isEqualTo(MemorySettings.defaults());
        assertThat(MemorySettings.defaults().ttl()).isEqualTo(Duration.ofSeconds(600));
    }

    @Test
    void everythingTheEnvironmentNamesIsRead() {
        MemorySettings settings = MemorySettings.fromEnvironment(Map.of(
                "REDIS_URL", " redis://cache:6379 ",
                "REDIS_TTL_ACCESS_STATE", "30",
                "REDIS_TTL_RECENT_HISTORY", "PT20M",
                "REDIS_TTL_RAG", " 120 ",
                "MNEME_BYPASS", "retrieval, access-state",
                "OTHER", "x"));
        assertThat(settings.redis()).contains("redis://cache:6379");
        assertThat(settings.ttl("access-state", Duration.ofSeconds(45))).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.ttl("recent-history", Duration.ofSeconds(45))).isEqualTo(Duration.ofMinutes(20));
        assertThat(settings.ttl("retrieval", Duration.ofSeconds(45))).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.ttl("embeddings", Duration.ofSeconds(45))).isEqualTo(Duration.ofSeconds(45));
        assertThat(settings.bypass()).containsExactlyInAnyOrder("retrieval", "access-state");
    }

    @Test
    void aTimeThatIsNoneIsRefusedByTheNameOfItsVariable() {
        for (String bad : new String[] {"soon", "1.5", "P", "PTx"}) {
            assertThatThrownBy(() -> MemorySettings.fromEnvironment(Map.of("REDIS_TTL_RAG", bad)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "REDIS_TTL_RAG must be a number of seconds or a duration like PT45S, was \"" + bad + '"');
        }
        for (String bad : new String[] {"0", "-1", "PT0S", "PT-1S"}) {
            assertThatThrownBy(() -> MemorySettings.fromEnvironment(Map.of("REDIS_TTL_RAG", bad)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("REDIS_TTL_RAG must be more than zero, was " + bad);
        }
    }

    @Test
    void theServersPasswordIsNotPutIntoWords() {
        assertThat(MemorySettings.fromEnvironment(Map.of("REDIS_URL", "redis://:canary@cache:6379"))
                        .toString())
                .doesNotContain("canary")
                .contains("redis=given");
    }
}
