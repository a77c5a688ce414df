package dev.mneme.memory.context;

import static dev.mneme.memory.context.EvictionPolicy.LEAST_RECENTLY_USED;
import static dev.mneme.memory.context.EvictionPolicy.LOWEST_VALUE;
import static dev.mneme.memory.context.EvictionPolicy.OLDEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An agent has no more records than its limit; what goes is what the policy says, and nothing pinned. */
abstract class LimitCases extends ProfileCases {

    /** How many operations the random run of each policy has; a store whose calls are slow may say less. */
    protected int randomOperations() {
        return 2_000;
    }

    private void limit(Limits limits) {
        use(UpkeepSettings.of(limits));
    }

    /** Adds {@code r<from>} to {@code r<to - 1>}, each a second after the one before. */
    private void addEachSecond(int from, int to) {
        for (int i = from; i < to; i++) {
            clock.advance(Duration.ofSeconds(1));
            assertThat(agent.add(Interaction.of("r" + i, "common payment " + i)))
                    .isEqualTo(Added.NEW);
        }
    }

    private List<String> present(int upTo) {
        return IntStream.range(0, upTo)
                .mapToObj(i -> "r" + i)
                .filter(id -> agent.find(id).isPresent())
                .toList();
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "r" + i).toList();
    }

    @Test
    void withoutLimitsNothingIsEverEvicted() {
        limit(Limits.none());
        addEachSecond(0, 50);

        assertThat(agent.count()).isEqualTo(50);
        assertThat(agent.stats().fillRatio()).isEmpty();
        assertThat(store.stats().evicted()).isZero();
    }

    @Test
    void aMemoryMayBeFullAndTheNextAddTakesItDownToTheLowWater() {
        limit(Limits.perAgent(10).lowWater(0.7));
        addEachSecond(0, 10);
        assertThat(agent.count()).isEqualTo(10);

        addEachSecond(10, 11);
        assertThat(present(11)).isEqualTo(ids(4, 11));
        assertThat(agent.count()).isEqualTo(7);
        assertThat(store.stats().evicted()).isEqualTo(4);
        addEachSecond(11, 14);
        assertThat(agent.count()).isEqualTo(10);
    }

    @Test
    void whatWasEvictedIsFoundByNoCallAndStaysAwayAfterARestart() {
        limit(Limits.perAgent(4).lowWater(0.5));
        addEachSecond(0, 5);

        assertThat(agent.find("r0")).isEmpty();
        assertThat(idsByWords("common")).containsExactlyInAnyOrder("r3", "r4");
        assertThat(idsByWords("0")).isEmpty();
        assertThat(agent.count(Fields.type().is("message"))).isEqualTo(2);
        assertThat(agent.delete("r1")).isFalse();
        settle(store);
        restart();
        assertThat(idsByWords("common")).containsExactlyInAnyOrder("r3", "r4");
        assertThat(agent.count()).isEqualTo(2);
    }

    @Test
    void aBatchOverTheLimitIsCutInTheSameCallAndCounted() {
        limit(Limits.perAgent(10));
        addEachSecond(0, 8);
        var batch = new ArrayList<Interaction>();
        for (int i = 8; i < 30; i++) {
            batch.add(Interaction.of("r" + i, "common").time(clock.instant().plusSeconds(i)));
        }

        assertThat(agent.addAll(batch)).isEqualTo(new Additions(22, 0, 0, 0, 0, 21, 0));
        assertThat(present(30)).isEqualTo(ids(21, 30));
    }

    @Test
    void replacingRecordsEvictsNothing() {
        limit(Limits.perAgent(3).lowWater(0.5));
        addEachSecond(0, 3);
        for (int i = 0; i < 10; i++) {
            assertThat(agent.add(Interaction.of("r" + i % 3, "again"))).isEqualTo(Added.REPLACED);
        }

        assertThat(agent.count()).isEqualTo(3);
        assertThat(store.stats().evicted()).isZero();
    }

    @Test
    void aRecordThatThePolicyTakesAtOnceIsToldToBeEvicted() {
        limit(Limits.perAgent(3).lowWater(1));
        addEachSecond(0, 3);

        assertThat(agent.add(Interaction.of("late", "common").time(START.minusSeconds(5))))
                .isEqualTo(Added.EVICTED);
        assertThat(agent.find("late")).isEmpty();
        assertThat(present(3)).isEqualTo(ids(0, 3));
        assertThat(agent.addAll(List.of(Interaction.of("late", "common").time(START.minusSeconds(5)))))
                .isEqualTo(new Additions(1, 0, 0, 0, 0, 1, 0));
    }

    @Test
    void oneRecordIsTheLeastThatIsLeft() {
        limit(Limits.perAgent(1).lowWater(0.1));
        addEachSecond(0, 5);

        assertThat(present(5)).isEqualTo(ids(4, 5));
    }

    @ParameterizedTest
    @EnumSource(EvictionPolicy.class)
    void pinnedRecordsAreNeverEvicted(EvictionPolicy policy) {
        limit(Limits.perAgent(5).lowWater(0.6).evict(policy));
        Interaction pinned = Interaction.of("pinned", "common")
                .time(START.minusSeconds(100))
                .importance(0)
                .success(false)
                .pinned();
        agent.add(pinned);
        restart();
        for (int i = 0; i < 20; i++) {
            clock.advance(Duration.ofSeconds(1));
            agent.add(Interaction.of("r" + i, "common"));
        }

        assertThat(agent.find("pinned")).hasValue(pinned);
        assertThat(agent.count()).isLessThanOrEqualTo(5);
    }

    @Test
    void whereAllElseIsPinnedTheNewRecordGoes() {
        limit(Limits.perAgent(2));
        agent.add(Interaction.of("a", "one").pinned());
        agent.add(Interaction.of("b", "two").pinned());

        assertThat(agent.add(Interaction.of("c", "three"))).isEqualTo(Added.EVICTED);
        assertThat(agent.count()).isEqualTo(2);
    }

    @Test
    void pinningMoreThanTheLimitIsRefusedAndChangesNothing() {
        limit(Limits.perAgent(2));
        agent.add(Interaction.of("a", "one").pinned());
        agent.add(Interaction.of("b", "two"));

        assertThatThrownBy(() -> agent.addAll(List.of(
                        Interaction.of("c", "three").pinned(),
                        Interaction.of("d", "four").pinned())))
                .isInstanceOfSatisfying(PinnedLimitException.class, e -> {
                    assertThat(e.pinned()).isEqualTo(3);
                    assertThat(e.maxRecords()).isEqualTo(2);
                })
                .hasMessageContaining("nothing was changed")
                .hasMessageNotContainingAny("three", "four");
        assertThat(agent.find("c")).isEmpty();
        assertThat(agent.find("b")).isPresent();
        assertThat(agent.count()).isEqualTo(2);
        agent.add(Interaction.of("b", "two").pinned());
        assertThatThrownBy(() -> agent.add(Interaction.of("c", "three").pinned()))
                .isInstanceOf(PinnedLimitException.class);
        assertThat(agent.add(Interaction.of("a", "one again").pinned())).isEqualTo(Added.REPLACED);
    }

    @Test
    void aRecordAddedAgainWithoutItsPinCanGo() {
        limit(Limits.perAgent(2).lowWater(0.5));
        agent.add(Interaction.of("a", "one").pinned());
        clock.advance(Duration.ofSeconds(1));
        agent.add(Interaction.of("a", "one"));
        addEachSecond(0, 2);

        assertThat(agent.find("a")).isEmpty();
        assertThat(agent.stats().pinned()).isZero();
    }

    @Test
    void theOldestAreThoseOfTheEarliestTimeWhateverWasAddedFirst() {
        limit(Limits.perAgent(3).lowWater(0.7).evict(OLDEST));
        agent.add(Interaction.of("new", "common").time(START));
        agent.add(Interaction.of("old", "common").time(START.minusSeconds(9)));
        agent.add(Interaction.of("mid", "common").time(START.minusSeconds(5)));
        idsFor("common"); // being returned saves none of them
        agent.add(Interaction.of("newest", "common").time(START.plusSeconds(1)));

        assertThat(idsByWords("common")).containsExactlyInAnyOrder("new", "newest");
    }

    @Test
    void ofRecordsOfOneTimeTheOneWithTheLowerIdGoes() {
        limit(Limits.perAgent(3).lowWater(1));
        agent.addAll(List.of(
                Interaction.of("c", "common").time(START),
                Interaction.of("b", "common").time(START),
                Interaction.of("a", "common").time(START),
                Interaction.of("d", "common").time(START)));

        assertThat(idsByWords("common")).containsExactlyInAnyOrder("b", "c", "d");
    }

    @Test
    void whatSearchesReturnedOutlivesWhatTheyDidNot() {
        limit(Limits.perAgent(4).lowWater(0.75).evict(LEAST_RECENTLY_USED));
        addEachSecond(0, 4);
        clock.advance(Duration.ofSeconds(1));
        assertThat(agent.search(byWords("0").limit(1)).ids()).containsExactly("r0");
        addEachSecond(4, 5);

        assertThat(present(5)).containsExactly("r0", "r3", "r4");
    }

    @Test
    void onlyReturnedHitsAreUsesNotWhatALegLookedAt() {
        limit(Limits.perAgent(3).lowWater(1).evict(LEAST_RECENTLY_USED));
        addEachSecond(0, 3);
        clock.advance(Duration.ofSeconds(1));
        agent.search(byWords("common")
                .where(Fields.time().before(START.plusMillis(1500)))
                .limit(1));
        agent.find("r1");
        agent.count(Fields.type().is("message"));
        addEachSecond(3, 4);

        assertThat(present(4)).containsExactly("r0", "r2", "r3");
    }

    @Test
    void usesOutliveARestart() {
        limit(Limits.perAgent(4).lowWater(0.75).evict(LEAST_RECENTLY_USED));
        addEachSecond(0, 4);
        clock.advance(Duration.ofSeconds(1));
        agent.search(byWords("0").limit(1));
        restart();
        settle(store);
        restart();
        addEachSecond(4, 5);

        assertThat(present(5)).containsExactly("r0", "r3", "r4");
    }

    @Test
    void aReplacedRecordCountsFromItsOwnTimeAgain() {
        limit(Limits.perAgent(3).lowWater(1).evict(LEAST_RECENTLY_USED));
        addEachSecond(0, 3);
        clock.advance(Duration.ofMinutes(1));
        agent.search(byWords("0").limit(1));
        agent.add(Interaction.of("r0", "common payment 0").time(START.plusSeconds(1)));
        addEachSecond(3, 4);

        assertThat(present(4)).containsExactly("r1", "r2", "r3");
    }

    @Test
    void importanceRecencyAndOutcomeMakeTheValue() {
        limit(Limits.perAgent(4).lowWater(1).evict(LOWEST_VALUE).halfLife(Duration.ofDays(10)));
        // 0.9 * 1/2 * 1/2 = 0.225, 0.4 * 1 * 2/3 = 0.267, 0.6 * 1 * 1/3 = 0.2, 0.5 * 1 * 1/2 = 0.25
        agent.add(Interaction.of("old", "common").importance(0.9).time(START.minus(Duration.ofDays(10))));
        agent.add(Interaction.of("good", "common").importance(0.4).success(true));
        agent.add(Interaction.of("failed", "common").importance(0.6).success(false));
        agent.add(Interaction.of("plain", "common"));

        var gone = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            List<String> before = List.of("old", "good", "failed", "plain").stream()
                    .filter(id -> agent.find(id).isPresent())
                    .toList();
            agent.add(Interaction.of("best" + i, "other").importance(1).success(true));
            before.stream().filter(id -> agent.find(id).isEmpty()).forEach(gone::add);
        }
        assertThat(gone).containsExactly("failed", "old", "plain", "good");
    }

    @Test
    void aUseMakesARecordFreshAgain() {
        limit(Limits.perAgent(2).lowWater(1).evict(LOWEST_VALUE).halfLife(Duration.ofHours(1)));
        agent.add(Interaction.of("used", "kangaroo"));
        clock.advance(Duration.ofMinutes(30));
        agent.add(Interaction.of("unused", "platypus"));
        clock.advance(Duration.ofMinutes(30));
        assertThat(agent.search(byWords("kangaroo")).ids()).containsExactly("used");
        agent.add(Interaction.of("new", "wombat"));

        assertThat(agent.find("used")).isPresent();
        assertThat(agent.find("unused")).isEmpty();
    }

    @Test
    void limitsAreForEachAgentAlone() {
        limit(Limits.perAgent(3).lowWater(0.4));
        AgentContext other = store.agent(AgentKey.of(KEY.tenant().id(), "other"));
        addEachSecond(0, 3);
        other.add(Interaction.of("x", "common").time(START.minusSeconds(60)));
        addEachSecond(3, 4);

        assertThat(agent.count()).isOne();
        assertThat(other.find("x")).isPresent();
    }

    @Test
    void recordsWhoseTimeIsOverMakeRoom() {
        limit(Limits.perAgent(3).lowWater(0.4));
        agent.add(Interaction.of("brief", "common").ttl(Duration.ofSeconds(30)).time(START.plusSeconds(20)));
        addEachSecond(0, 2);
        clock.advance(Duration.ofMinutes(1));
        addEachSecond(2, 3);

        assertThat(present(3)).isEqualTo(ids(0, 3));
        assertThat(store.stats().evicted()).isZero();
    }

    @Test
    void theCountIsNeverAboveTheLimitWhateverThreadsAdd() throws Exception {
        limit(Limits.perAgent(20).lowWater(0.8));
        var tasks = new ArrayList<Callable<Integer>>();
        for (int thread = 0; thread < 4; thread++) {
            int number = thread;
            tasks.add(() -> {
                int most = 0;
                for (int i = 0; i < 60; i++) {
                    agent.addAll(List.of(
                            Interaction.of("t" + number + "-" + i, "common"),
                            Interaction.of("u" + number + "-" + i, "common")));
                    most = Math.max(most, (int) agent.count());
                }
                return most;
            });
        }

        assertThat(inParallel(tasks)).allMatch(most -> most <= 20 + 2 * 4);
        assertThat(agent.count()).isLessThanOrEqualTo(20);
        assertThat(agent.count()).isGreaterThanOrEqualTo(16);
    }

    @ParameterizedTest
    @EnumSource(EvictionPolicy.class)
    void aLongRandomRunKeepsExactlyWhatAPlainModelKeeps(EvictionPolicy policy) {
        limit(Limits.perAgent(20).lowWater(0.8).evict(policy).halfLife(Duration.ofMinutes(5)));
        new EvictionScript(agent, clock, 20, 16, policy, Duration.ofMinutes(5), 20_261_121 + policy.ordinal())
                .run(randomOperations(), () -> {
                    restart();
                    return agent;
                });
    }
}
