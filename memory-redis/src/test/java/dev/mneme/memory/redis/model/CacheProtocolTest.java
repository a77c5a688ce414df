package dev.mneme.memory.redis.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.redis.model.Schedule.Outcome;
import dev.mneme.memory.redis.model.Statistics.Level;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The promise of the two-level cache, held against a deterministic model of its protocol. {@code -Dmneme.long=true} runs
 * a million schedules and counts how often each rule is missed; {@code -Dmneme.schedules} sets another number.
 */
class CacheProtocolTest {

    private static final boolean LONG = Boolean.getBoolean("mneme.long");
    private static final long SCHEDULES = Long.getLong("mneme.schedules", LONG ? 1_000_000 : 10_000);
    private static final long COUNTED = 12_000;

    private static final class Tally {
        final Statistics statistics = new Statistics();
        long broken;
        long firstBroken = -1;

        void add(Outcome outcome) {
            statistics.add(outcome.statistics());
            if (outcome.broken() != null) {
                broken++;
                firstBroken = firstBroken < 0 ? outcome.seed() : Math.min(firstBroken, outcome.seed());
            }
        }

        void add(Tally other) {
            statistics.add(other.statistics);
            broken += other.broken;
            if (other.broken > 0) {
                firstBroken = firstBroken < 0 ? other.firstBroken : Math.min(firstBroken, other.firstBroken);
            }
        }
    }

    @Test
    void thePromiseHoldsInEverySchedule() {
        Tally tally = run(SCHEDULES, Rules.all());
        assertThat(tally.broken).as(() -> story(tally.firstBroken, Rules.all())).isZero();
        theSchedulesWereNotEmpty(tally.statistics);
    }

    /** Far below what was seen, so that a model in which nothing happens any more does not pass for a proof. */
    private static void theSchedulesWereNotEmpty(Statistics seen) {
        for (Level level : Level.values()) {
            assertThat(seen.reads.getOrDefault(level, 0L))
                    .as("reads from " + level + " in " + seen)
                    .isGreaterThan(SCHEDULES / 10);
        }
        assertThat(seen.nearAfterUnchangedBeat)
                .as("near reads after an unchanged beat")
                .isGreaterThan(SCHEDULES);
        assertThat(seen.done).as("DONE").isGreaterThan(SCHEDULES);
        assertThat(seen.pending).as("PENDING").isGreaterThan(SCHEDULES / 2);
        assertThat(seen.replayed).as("replays").isGreaterThan(SCHEDULES / 2);
        assertThat(seen.collapsed).as("queues that overflowed").isGreaterThan(SCHEDULES / 100);
        assertThat(seen.flushes).as("flushes").isGreaterThan(SCHEDULES);
        assertThat(seen.inTurn).as("messages in turn").isGreaterThan(SCHEDULES);
        assertThat(seen.lostMessages).as("lost messages").isGreaterThan(SCHEDULES);
        assertThat(seen.repeatedScripts).as("scripts that ran twice").isGreaterThan(SCHEDULES);
        assertThat(seen.refusedFills).as("refused fills").isGreaterThan(SCHEDULES / 10);
        assertThat(seen.failovers).as("failovers").isGreaterThan(SCHEDULES / 10);
        assertThat(seen.lost).as("invalidations Redis lost").isGreaterThan(SCHEDULES / 10);
        assertThat(seen.restarts).as("restarts").isGreaterThan(SCHEDULES / 20);
        assertThat(seen.crashes).as("crashes").isGreaterThan(SCHEDULES / 20);
        assertThat(seen.stops).as("stopped nodes").isGreaterThan(SCHEDULES / 20);
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void noRuleCanBeTakenAway(Rule rule) {
        Rules rules = Rules.without(rule);
        assertThat(Schedule.run(rule.missedIn, Rules.all()).broken())
                .as("seed " + rule.missedIn + " with all rules")
                .isNull();
        boolean missed = Schedule.run(rule.missedIn, rules).broken() != null
                || LongStream.range(0, COUNTED)
                        .anyMatch(seed -> Schedule.run(seed, rules).broken() != null);
        assertThat(missed)
                .as("the promise holds without " + rule + " in " + COUNTED + " schedules")
                .isTrue();
        if (LONG) {
            Tally tally = run(COUNTED, rules);
            System.out.printf(
                    "without %s: %d of %d broke, first seed %d%n", rule, tally.broken, COUNTED, tally.firstBroken);
        }
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        for (long seed = 0; seed < 20; seed++) {
            Outcome once = Schedule.trace(seed, Rules.all());
            assertThat(Schedule.trace(seed, Rules.all()).trace())
                    .isEqualTo(once.trace())
                    .isNotEmpty();
            assertThat(Schedule.run(seed, Rules.all()).statistics())
                    .hasToString(once.statistics().toString());
        }
    }

    private static Tally run(long schedules, Rules rules) {
        return LongStream.range(0, schedules)
                .parallel()
                .mapToObj(seed -> Schedule.run(seed, rules))
                .collect(Tally::new, Tally::add, Tally::add);
    }

    private static String story(long seed, Rules rules) {
        if (seed < 0) {
            return "no schedule broke";
        }
        Outcome outcome = Schedule.trace(seed, rules);
        return "seed " + seed + ": " + outcome.broken() + "\n" + String.join("\n", outcome.trace());
    }
}
