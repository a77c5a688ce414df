package dev.mneme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TickerTest {

    @Test
    void theSystemTickerNeverGoesBack() {
        Ticker ticker = Ticker.system();
        long before = System.nanoTime();
        long first = ticker.nanos();
        long second = ticker.nanos();
        long after = System.nanoTime();

        assertThat(first - before).isNotNegative();
        assertThat(second - first).isNotNegative();
        assertThat(after - second).isNotNegative();
    }
}
