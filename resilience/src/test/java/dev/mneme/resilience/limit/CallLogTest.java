package dev.mneme.resilience.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CallLogTest {

    @Test
    void aLogRemembersAsAQueueDoesHoweverItGrows() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int limit = 1 + random.nextInt(60);
            long window = 100;
            var log = new CallLog(limit, window);
            var queue = new ArrayDeque<Long>();
            long now = random.nextLong();
            for (int step = 0; step < 300; step++) {
                now += random.nextInt(12);
                log.forgetUntil(now);
                while (!queue.isEmpty() && now - queue.peek() >= window) {
                    queue.remove();
                }
                assertThat(log.free()).as("seed %s", seed).isEqualTo(limit - queue.size());
                assertThat(log.isEmpty()).as("seed %s", seed).isEqualTo(queue.isEmpty());
                if (log.free() == 0) {
                    assertThat(log.untilFreeNanos(now)).as("seed %s", seed).isEqualTo(queue.element() + window - now);
                } else if (random.nextInt(10) > 0) {
                    log.add(now);
                    queue.add(now);
                }
            }
        }
    }
}
