package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mneme.resilience.limit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LivenessTest {

    private static final Duration HALF_MINUTE = Duration.ofSeconds(30);

    private final ManualTicker ticker = ManualTicker.aboutToWrap();
    private final Liveness liveness = Liveness.create(ticker);

    @Test
    void aProcessWithoutLoopsIsAlive() {
        assertThat(Liveness.create().report().httpStatus()).isEqualTo(200);
    }

    @Test
    void aLoopThatBeatsIsAliveAndOneThatStoppedIsNot() {
        Liveness.Loop relay = liveness.loop("relay", HALF_MINUTE);
        liveness.loop("cleaner", Duration.ofMinutes(5));
        ticker.advance(HALF_MINUTE);
        assertThat(liveness.report().httpStatus()).isEqualTo(200);

        ticker.advance(Duration.ofSeconds(1));
        assertThat(liveness.report().httpStatus()).isEqualTo(503);
        assertThat(liveness.report().text())
                .isEqualTo("overall: error\ncleaner: healthy\nrelay: error: no beat for 31 s\n");

        relay.beat();
        assertThat(liveness.report().httpStatus()).isEqualTo(200);
    }

    @Test
    void aClosedLoopIsWatchedNoMore() {
        liveness.loop("relay", HALF_MINUTE).close();
        ticker.advance(Duration.ofHours(1));

        assertThat(liveness.report().services()).isEmpty();
    }

    @Test
    void aLoopBegunAgainReplacesTheEarlierOneWhichCanNoLongerEndIt() {
        Liveness.Loop old = liveness.loop("relay", HALF_MINUTE);
        ticker.advance(Duration.ofHours(1));
        liveness.loop("relay", HALF_MINUTE);
        old.close();

        assertThat(liveness.report().text()).isEqualTo("overall: healthy\nrelay: healthy\n");
    }

    @Test
    void nonsenseAndTooManyLoopsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> liveness.loop("", HALF_MINUTE))
                .withMessage("a check's name must have 1 to 100 characters and not be blank, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> liveness.loop("relay", Duration.ZERO))
                .withMessage("beatsWithin must be more than zero, was PT0S");
        for (int i = 0; i < 256; i++) {
            liveness.loop("loop-" + i, HALF_MINUTE);
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> liveness.loop("one more", HALF_MINUTE))
                .withMessage("at most 256 loops can be watched, and so many are");
    }
}
