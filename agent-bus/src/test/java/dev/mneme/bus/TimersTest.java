package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TimersTest {

    @Test
    void entriesFireInTheOrderOfTheirTimesWhateverIsCancelledBetween() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var clock = new VirtualClock();
            List<Integer> fired = new ArrayList<>();
            TreeMap<Long, Integer> expected = new TreeMap<>();
            List<Timers.Entry> entries = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                int number = i;
                // no two at one time; across the overflow of the clock too
                long due = random.nextInt(1_000_000) * 1_000_000L + i;
                entries.add(clock.timers().at(clock.nanos() + due, () -> fired.add(number)));
                expected.put(due, number);
                if (random.nextInt(3) == 0) {
                    int victim = random.nextInt(entries.size());
                    entries.get(victim).cancel();
                    expected.values().remove(victim);
                }
            }
            assertThat(clock.timers().size()).as("seed %s", seed).isEqualTo(expected.size());
            long end = clock.nanos() + 2_000_000_000_000_000L;
            while (clock.timers().size() > 0) {
                clock.advanceToNext(end);
                clock.fireDue();
            }
            assertThat(fired).as("seed %s", seed).containsExactlyElementsOf(expected.values());
        }
    }

    @Test
    void whatFallsDueAtOneTimeFiresInTheOrderOfItsComing() {
        var clock = new VirtualClock();
        List<Integer> fired = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            clock.timers().at(clock.nanos() + 5, () -> fired.add(number));
        }
        clock.advanceToNext(clock.nanos() + 5);
        while (clock.fireDue()) {
            // all of them
        }
        assertThat(fired).isSorted().hasSize(50);
    }
}
