package dev.mneme.memory.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class TurnTest {

    @Test
    void aTurnIsCheckedWhenItIsMade() {
        assertThatIllegalArgumentException().isThrownBy(() -> Turn.user("", "text"));
        assertThatIllegalArgumentException().isThrownBy(() -> Turn.user("x".repeat(257), "text"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Turn.user("1", "Z".repeat(Turn.MAX_TEXT_LENGTH + 1)))
                .withMessage("text must have at most 65536 characters, had 65537");
        assertThatIllegalArgumentException().isThrownBy(() -> Turn.user("1", "").tokens(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Turn.user("1", "").calling("a", "a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Turn.toolResult("1", "a", "").calling("b"));
    }

    @Test
    void whatIsSaidStandsInNoMessageForPeople() {
        Turn turn = Turn.user("1", "Zeisig");
        assertThat(turn).hasToString("Turn[USER, 6 characters]");
        assertThat(new RecentTurns(List.of(turn), RecentTurns.Source.STORE, "").toString())
                .doesNotContain("Zeisig");
    }

    @Test
    void tokensAreEstimatedFromCharacters() {
        TokenCounter counter = TokenCounter.estimate();
        assertThat(counter.count("")).isZero();
        assertThat(counter.count("a")).isEqualTo(1);
        assertThat(counter.count("12345678")).isEqualTo(2);
        assertThat(counter.count("привет")).isEqualTo(3);
        assertThat(counter.count("日本")).isEqualTo(2);
        assertThat(counter.count("\uD83D\uDE00")).isEqualTo(2);
        assertThat(counter.count("x".repeat(65_536))).isEqualTo(16_384);
    }
}
