package dev.mneme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OwnersTest {

    @Test
    void anAgentIsKnownByItsTenantAndItsName() {
        assertThat(AgentKey.of("42", "planner").key()).isEqualTo("42:planner");
        assertThat(AgentKey.of("1", "2_a").key())
                .isNotEqualTo(AgentKey.of("1_2", "a").key());
        assertThat(AgentKey.of("a:b", "c").key())
                .isNotEqualTo(AgentKey.of("a", "b:c").key())
                .startsWith(Tenant.of("a:b").key() + ":");
    }

    @Test
    void aSessionIsKnownByItsTenantAndItsName() {
        assertThat(SessionKey.of("42", "chat").key()).isEqualTo("42:chat");
        assertThat(SessionKey.of("1", "2_a").key())
                .isNotEqualTo(SessionKey.of("1_2", "a").key());
        assertThat(SessionKey.of("a:b", "c").key())
                .isNotEqualTo(SessionKey.of("a", "b:c").key())
                .startsWith(Tenant.of("a:b").key() + ":");
    }

    @Test
    void anEmptyOrOverlongIdIsRefusedWithItsLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tenant.of(""))
                .withMessage("tenant must have 1 to 256 characters, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AgentKey.of("t", "x".repeat(257)))
                .withMessage("agent must have 1 to 256 characters, had 257");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SessionKey.of("t", ""))
                .withMessage("session must have 1 to 256 characters, had 0");
    }

    @Test
    void aReceiptCannotCountBelowZero() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ErasureReceipt("store", Tenant.of("t"), -1))
                .withMessage("records must be at least 0, was -1");
    }

    @Test
    void aFailureKeepsItsMessageAndCause() {
        var cause = new IllegalStateException("disk");
        assertThat(new MnemeException("saving failed", cause))
                .hasMessage("saving failed")
                .hasCause(cause);
        assertThat(new MnemeException("saving failed")).hasNoCause();
    }
}
