package dev.mneme.memory.qdrant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NamesTest {

    private static final AgentKey KEY = AgentKey.of("user-42", "planner");

    @Test
    void aRecordIsAlwaysTheSamePoint() {
        UUID id = Names.pointId(KEY, "order-17");
        assertThat(id).isEqualTo(Names.pointId(AgentKey.of("user-42", "planner"), "order-17"));
        assertThat(id.version()).isEqualTo(5);
        assertThat(id.variant()).isEqualTo(2);
    }

    @Test
    void recordsWhoseOwnersAndIdsJoinAlikeAreDifferentPoints() {
        assertThat(Names.pointId(AgentKey.of("1", "2"), "a")).isNotEqualTo(Names.pointId(AgentKey.of("12", "x"), "a"));
        assertThat(Names.pointId(AgentKey.of("a", "b"), "c"))
                .isNotEqualTo(Names.pointId(AgentKey.of("a", "b\nc"), "c"));
        assertThat(Names.pointId(KEY, "")).isNotEqualTo(Names.agentId(KEY));
        assertThat(Names.pointId(KEY, "\uD800")).isNotEqualTo(Names.pointId(KEY, "\uD801"));
    }

    @Test
    void textThatNoServerCanHoldIsNamedByItsHash() {
        assertThat(Names.isWellFormed("ж😀")).isTrue();
        assertThat(Names.isWellFormed("\uD83D")).isFalse();
        assertThat(Names.isWellFormed("\uDE00\uD83D")).isFalse();
        assertThat(Names.readable("ж😀")).isEqualTo("ж😀");
        assertThat(Names.readable("a\uD83D"))
                .isNotEqualTo(Names.readable("b\uD83D"))
                .startsWith("\uFFFD#");
        assertThat(Names.keyword("x".repeat(257))).startsWith("#").hasSize(65);
        assertThat(Names.keyword("#")).isEqualTo("=#");
    }
}
