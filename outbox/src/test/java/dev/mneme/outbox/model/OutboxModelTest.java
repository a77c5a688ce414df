package dev.mneme.outbox.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.outbox.model.Schedule.Verdict;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The protocol of lanes on a database and a sink made of nothing but what they promise: in every schedule each committed
 * event stands in the sink once, and those of a key in the order of their commits; and no rule of it can be left out.
 */
class OutboxModelTest {

    private static final Set<Rule> ALL = EnumSet.allOf(Rule.class);
    private static final int SCHEDULES = Boolean.getBoolean("mneme.long") ? 1_000_000 : 10_000;
    private static final int MOST_SEEDS = 20_000;

    @Test
    void whateverFailsEachCommittedEventStandsOnceAndInTheOrderOfItsKey() {
        for (long seed = 0; seed < SCHEDULES; seed++) {
            assertThat(Schedule.run(seed, ALL)).as("seed %d", seed).isEqualTo(Verdict.HELD);
        }
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void noRuleCanBeLeftOut(Rule rule) {
        Set<Rule> others = EnumSet.complementOf(EnumSet.of(rule));
        Map<Verdict, Integer> seen = new EnumMap<>(Verdict.class);
        for (long seed = 0; seed < MOST_SEEDS && seen.getOrDefault(Verdict.HELD, 0) == seed; seed++) {
            seen.merge(Schedule.run(seed, others), 1, Integer::sum);
        }
        if (Boolean.getBoolean("mneme.model.print")) {
            System.out.println(rule + " " + seen);
        }
        assertThat(seen.keySet())
                .as("without %s, %d seeds", rule, MOST_SEEDS)
                .containsAnyOf(Verdict.LOST, Verdict.OUT_OF_ORDER, Verdict.TWICE);
    }
}
