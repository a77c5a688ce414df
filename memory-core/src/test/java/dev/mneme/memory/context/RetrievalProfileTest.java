package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.memory.context.RetrievalProfile.Part;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetrievalProfileTest {

    @ParameterizedTest
    @EnumSource(Part.class)
    void conversationHasEveryPartAndDocumentsNone(Part part) {
        assertThat(RetrievalProfile.CONVERSATION.weight(part)).isPositive();
        assertThat(RetrievalProfile.DOCUMENTS.weight(part)).isZero();
        assertThat(RetrievalProfile.CONVERSATION.without(part).weight(part)).isZero();
    }

    @Test
    void aProfileOfOnesOwnLeavesTheOneItWasMadeOfAsItIs() {
        RetrievalProfile own = RetrievalProfile.CONVERSATION
                .with(Part.DATES, 0.25)
                .named("mine")
                .zone(ZoneId.of("Europe/Belgrade"));

        assertThat(own.name()).isEqualTo("mine");
        assertThat(own.weight(Part.DATES)).isEqualTo(0.25);
        assertThat(own.weight(Part.SPEAKER)).isEqualTo(RetrievalProfile.CONVERSATION.weight(Part.SPEAKER));
        assertThat(own.zone()).isEqualTo(ZoneId.of("Europe/Belgrade"));
        assertThat(RetrievalProfile.CONVERSATION.weight(Part.DATES)).isEqualTo(1);
        assertThat(RetrievalProfile.CONVERSATION.zone()).isEqualTo(ZoneOffset.UTC);
        assertThat(own.toString()).startsWith("mine{").contains("DATES=0.25");
    }

    @Test
    void onlyAProfileWithoutPartsIsPlain() {
        assertThat(RetrievalProfile.DOCUMENTS.isPlain()).isTrue();
        assertThat(RetrievalProfile.DOCUMENTS.with(Part.KINDS, 0.1).isPlain()).isFalse();
        assertThat(RetrievalProfile.DOCUMENTS
                        .with(Part.KINDS, 0.1)
                        .without(Part.KINDS)
                        .isPlain())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 10.1, Double.NaN, Double.POSITIVE_INFINITY})
    void weightsOutOfRangeAreRefused(double weight) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetrievalProfile.DOCUMENTS.with(Part.SPEAKER, weight))
                .withMessage("the weight of SPEAKER must be from 0 to 10.0, was " + weight);
    }

    @Test
    void questionsCannotBeLoweredByMoreThanAll() {
        assertThat(RetrievalProfile.DOCUMENTS.with(Part.QUESTIONS, 1).weight(Part.QUESTIONS))
                .isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetrievalProfile.DOCUMENTS.with(Part.QUESTIONS, 1.1))
                .withMessage("the weight of QUESTIONS must be from 0 to 1.0, was 1.1");
    }

    @Test
    void namesAreNotBlank() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetrievalProfile.DOCUMENTS.named(" "))
                .withMessage("the name of a profile must have 1 to 256 characters, had 0");
    }
}
