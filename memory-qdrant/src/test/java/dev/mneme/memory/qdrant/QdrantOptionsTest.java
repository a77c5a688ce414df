package dev.mneme.memory.qdrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QdrantOptionsTest {

    @Test
    void wordsOfTheOptionsHoldNoKey() {
        QdrantOptions options =
                QdrantOptions.of("qdrant", 6334).apiKey("secret").tls();
        assertThat(options).hasToString("qdrant at qdrant:6334");
        assertThat(options.apiKey()).hasValue("secret");
        assertThat(options.isTls()).isTrue();
    }

    @Test
    void whatIsOutOfRangeIsRefusedWithRuleAndValue() {
        QdrantOptions options = QdrantOptions.of("qdrant", 6334);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QdrantOptions.of(" ", 6334))
                .withMessage("host must not be blank, was blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QdrantOptions.of("qdrant", 65_536))
                .withMessage("port must be from 1 to 65535, was 65536");
        assertThatIllegalArgumentException().isThrownBy(() -> options.apiKey(""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.deadline(Duration.ZERO))
                .withMessage("deadline must be from PT0.001S to PT1H, was PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> options.keepAliveEvery(Duration.ofSeconds(9)));
        assertThatIllegalArgumentException().isThrownBy(() -> options.maxAnswerBytes(1));
        assertThatIllegalArgumentException().isThrownBy(() -> options.shards(0));
        assertThatIllegalArgumentException().isThrownBy(() -> options.replicas(0));
        assertThatIllegalArgumentException().isThrownBy(() -> options.writeConsistency(0));
    }

    @Test
    void aChangeWaitsForAllReplicasUnlessToldOtherwise() {
        QdrantOptions options = QdrantOptions.of("qdrant", 6334).replicas(3).shards(2);
        assertThat(options.writeConsistency()).hasValue(3);
        assertThat(options.writeConsistency(2).writeConsistency()).hasValue(2);
        assertThat(options.shards()).hasValue(2);
        assertThat(QdrantOptions.of("qdrant", 6334).writeConsistency()).isEmpty();
    }
}
