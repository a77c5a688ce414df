package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.success;
import static dev.mneme.memory.context.Fields.type;
import static dev.mneme.memory.context.Prune.matching;
import static dev.mneme.memory.context.Prune.olderThan;
import static dev.mneme.memory.context.Prune.valuedBelow;
import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A prune removes what it says, says what it removes, and a dry run says the same. */
abstract class PruneCases extends LimitCases {

    private void canPrune() {
        use(UpkeepSettings.of(Limits.none()));
    }

    private void addSome() {
        canPrune();
        agent.addAll(List.of(
                aged("old", 200).type("tool_call").success(false),
                aged("older", 300).type("message"),
                aged("new", 10).type("tool_call").success(false),
                aged("good", 250).type("tool_call").success(true),
                aged("pinned", 400).type("tool_call").success(false).pinned()));
    }

    private static Interaction aged(String id, int days) {
        return Interaction.of(id, "common " + id).time(START.minus(ofDays(days)));
    }

    @Test
    void byAgeWhatIsOlderGoesAndWhatIsPinnedStays() {
        addSome();
        PruneReport report = agent.prune(olderThan(ofDays(180)).unlessPinned());

        assertThat(report).isEqualTo(new PruneReport(false, 5, 3, 1, List.of("older", "good", "old")));
        assertThat(idsByWords("common")).containsExactlyInAnyOrder("new", "pinned");
        assertThat(agent.count()).isEqualTo(2);
        assertThat(store.stats().pruned()).isEqualTo(3);
        settle(store);
        restart();
        assertThat(idsByWords("common")).containsExactlyInAnyOrder("new", "pinned");
    }

    @Test
    void aRecordOfExactlyTheAgeIsNotOlder() {
        canPrune();
        agent.add(aged("a", 180));

        assertThat(agent.prune(olderThan(ofDays(180))).removed()).isZero();
        clock.advance(Duration.ofMillis(1));
        assertThat(agent.prune(olderThan(ofDays(180))).removed()).isOne();
    }

    @Test
    void aDryRunRemovesNothingAndReportsTheSame() {
        addSome();
        PruneReport dry = agent.prune(olderThan(ofDays(180)).unlessPinned().dryRun());

        assertThat(dry).isEqualTo(new PruneReport(true, 5, 3, 1, List.of("older", "good", "old")));
        assertThat(agent.count()).isEqualTo(5);
        assertThat(store.stats().pruned()).isZero();
        PruneReport real = agent.prune(olderThan(ofDays(180)));
        assertThat(real.ids()).isEqualTo(dry.ids());
    }

    @Test
    void byTypeAndOutcomeThroughAFilter() {
        addSome();

        assertThat(agent.prune(matching(type().is("tool_call").and(success().isFalse())))
                        .ids())
                .containsExactly("old", "new");
        assertThat(agent.count()).isEqualTo(3);
    }

    @Test
    void conditionsAreJoinedByAnd() {
        addSome();
        Prune both = matching(type().is("tool_call")).and(olderThan(ofDays(220)));

        assertThat(agent.prune(both).ids()).containsExactly("good");
        assertThat(agent.prune(olderThan(ofDays(1)).and(olderThan(ofDays(250)))).ids())
                .containsExactly("older");
        assertThat(agent.prune(matching(type().is("tool_call"))
                                .and(matching(success().isTrue())))
                        .removed())
                .isZero();
    }

    @Test
    void byValueWhatIsWorthLessGoes() {
        use(UpkeepSettings.of(Limits.none().halfLife(ofDays(10))));
        // 0.25, 0.125, 2/3 * 0.5 * 0.25 = 0.083
        agent.add(aged("new", 0));
        agent.add(aged("old", 10));
        agent.add(aged("good", 20).success(true));

        assertThat(agent.prune(valuedBelow(0.0833)).removed()).isZero();
        assertThat(agent.prune(valuedBelow(0.0834)).ids()).containsExactly("good");
        assertThat(agent.prune(valuedBelow(0.125)).removed()).isZero();
        assertThat(agent.prune(valuedBelow(0.126).and(valuedBelow(0.2))).ids()).containsExactly("old");
    }

    @Test
    void withoutAPolicyThatNeedsThemUsesDoNotCount() {
        use(UpkeepSettings.of(Limits.perAgent(10).halfLife(ofDays(10))));
        agent.add(aged("a", 20));
        idsByWords("common");

        assertThat(agent.prune(valuedBelow(0.07)).removed()).isOne();
    }

    @Test
    void aPruneByValueCountsFromTheLastUseWhereUsesAreNoted() {
        use(UpkeepSettings.of(Limits.perAgent(10).halfLife(ofDays(10)).evict(EvictionPolicy.LOWEST_VALUE)));
        agent.add(aged("used", 20));
        agent.add(Interaction.of("unused", "other").time(START.minus(ofDays(20))));
        idsByWords("common");

        assertThat(agent.prune(valuedBelow(0.07)).ids()).containsExactly("unused");
    }

    @Test
    void theReportBoundsItsIdsAndCountsThemAll() {
        canPrune();
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < 1_500; i++) {
            batch.add(Interaction.of("r" + (10_000 + i), "x").time(START.minusSeconds(10_000 - i)));
        }
        agent.addAll(batch);
        PruneReport report = agent.prune(olderThan(Duration.ofSeconds(1)));

        assertThat(report.removed()).isEqualTo(1_500);
        assertThat(report.ids()).hasSize(1_000).startsWith("r10000", "r10001").endsWith("r10999");
        assertThat(agent.count()).isZero();
    }

    @Test
    void anEmptyMemoryIsPrunedOfNothing() {
        canPrune();

        assertThat(agent.prune(olderThan(Duration.ZERO))).isEqualTo(new PruneReport(false, 0, 0, 0, List.of()));
    }

    @Test
    void onlyTheAskedAgentIsPruned() {
        addSome();
        AgentContext other = store.agent(AgentKey.of(KEY.tenant().id(), "other"));
        other.add(aged("old", 300));
        agent.prune(olderThan(ofDays(1)));

        assertThat(other.count()).isOne();
    }

    @Test
    void aFilterThatComparesWithTheWrongKindIsRefusedAndNothingGoes() {
        canPrune();
        agent.add(Interaction.of("a", "x").meta("k", 5));

        assertThatThrownBy(
                        () -> agent.prune(matching(Fields.meta("k").is("five").not())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(agent.count()).isOne();
    }

    @Test
    void recordsWhoseTimeIsOverAreNeitherExaminedNorPruned() {
        canPrune();
        agent.add(aged("brief", 10).ttl(ofDays(5)));

        assertThat(agent.prune(olderThan(ofDays(1)))).isEqualTo(new PruneReport(false, 0, 0, 0, List.of()));
    }
}
