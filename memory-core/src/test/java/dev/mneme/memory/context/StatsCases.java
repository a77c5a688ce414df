package dev.mneme.memory.context;

import static dev.mneme.memory.context.FillAlert.Kind.CLEARED;
import static dev.mneme.memory.context.FillAlert.Kind.RAISED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.ContextStats.Outcomes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The numbers of a memory are those of its records, and a listener hears once that it fills up. */
abstract class StatsCases extends DuplicateCases {

    private final BlockingQueue<FillAlert> alerts = new LinkedBlockingQueue<>();

    private void alertAt(int maxRecords, double... levels) {
        use(UpkeepSettings.of(Limits.perAgent(maxRecords).alertAt(levels)).listener(alerts::add));
    }

    private void canCount() {
        use(UpkeepSettings.of(Limits.none()));
    }

    private void addUpTo(int count) {
        for (long i = agent.count(); i < count; i++) {
            agent.add(Interaction.of("r" + i, "common").time(START.plusSeconds(i)));
        }
    }

    /** The next alert as words; fails if none comes. */
    private String heard() {
        try {
            FillAlert alert = alerts.poll(60, TimeUnit.SECONDS);
            assertThat(alert).as("an alert").isNotNull();
            return alert.kind() + " " + alert.level() + " at " + alert.records() + " of " + alert.maxRecords();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** That nothing was told before what another agent has to tell now, by a limit of 20 and a level of 0.8. */
    private void hearsNothingBefore(AgentKey other) {
        AgentContext marker = store.agent(other);
        marker.addAll(IntStream.range(0, 16)
                .mapToObj(i -> Interaction.of("m" + i, "marker"))
                .toList());
        marker.clear();
        try {
            for (FillAlert.Kind kind : FillAlert.Kind.values()) {
                FillAlert next = alerts.poll(60, TimeUnit.SECONDS);
                assertThat(next).isEqualTo(new FillAlert(other, 0.8, kind, kind == RAISED ? 16 : 0, 20));
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anEmptyMemoryHasEmptyNumbers() {
        canCount();

        ContextStats stats = agent.stats();
        assertThat(stats)
                .isEqualTo(new ContextStats(
                        0,
                        0,
                        0,
                        new Outcomes(0, 0, 0),
                        Map.of(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalDouble.empty()));
        assertThat(stats.successRate()).isEmpty();
        assertThat(store.stats().records()).isZero();
    }

    @Test
    void theNumbersAreThoseOfTheRecords() {
        use(UpkeepSettings.of(Limits.perAgent(8)));
        agent.add(Interaction.of("a", "x").type("tool").success(true).time(START.minusSeconds(9)));
        agent.add(Interaction.of("b", "x").type("tool").success(false).pinned());
        agent.add(Interaction.of("c", "x").type("tool").success(true));
        agent.add(Interaction.of("d", "x").success(false).time(START.plusSeconds(9)));
        agent.add(Interaction.of("e", "x"));
        agent.add(Interaction.of("gone", "x").success(true));
        agent.delete("gone");
        for (int i = 0; i < 2; i++) {
            ContextStats stats = agent.stats();
            assertThat(stats.totalVectors()).isEqualTo(5);
            assertThat(stats.pinned()).isOne();
            assertThat(stats.outcomes()).isEqualTo(new Outcomes(5, 2, 2));
            assertThat(stats.successRate()).hasValue(0.5);
            assertThat(stats.byType())
                    .isEqualTo(Map.of("tool", new Outcomes(3, 2, 1), "message", new Outcomes(2, 0, 1)));
            assertThat(stats.byType().get("tool").successRate().orElseThrow()).isCloseTo(2.0 / 3, within(1e-12));
            assertThat(stats.oldest()).hasValue(START.minusSeconds(9));
            assertThat(stats.newest()).hasValue(START.plusSeconds(9));
            assertThat(stats.fillRatio()).hasValue(5.0 / 8);
            assertThat(store.stats().records()).isEqualTo(5);
            settle(store);
            restart();
        }
    }

    @Test
    void theBytesAreThoseOfTheRecordsParts() {
        canCount();
        String text = "платёж 17 \uD83D\uDE00 失败";
        agent.add(Interaction.of("id-1", text)
                .type("tool")
                .session("s-1")
                .speaker("Анна")
                .meta("key", "value")
                .meta("n", 5));
        long expected = 64 + 64 * 4 + text.getBytes(UTF_8).length + 4 + 4 + 3 + 8 + 3 + 5 + 1 + 8;

        assertThat(agent.stats().bytes()).isEqualTo(expected);
        settle(store);
        restart();
        assertThat(agent.stats().bytes()).isEqualTo(expected);
        agent.add(Interaction.of("id-2", "x"));
        assertThat(agent.stats().bytes()).isEqualTo(expected + 64 + 64 * 4 + 1 + 4 + 7);
        agent.delete("id-1");
        agent.add(Interaction.of("id-2", "xy"));
        assertThat(agent.stats().bytes()).isEqualTo(64 + 64 * 4 + 2 + 4 + 7);
        assertThat(store.stats().bytes()).isPositive();
        agent.clear();
        assertThat(agent.stats().bytes()).isZero();
    }

    @Test
    void theTypesWithMostRecordsAreToldApart() {
        canCount();
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < 150; i++) {
            batch.add(Interaction.of("a" + i, "x").type("type" + i));
            if (i >= 50) {
                batch.add(Interaction.of("b" + i, "x").type("type" + i));
            }
        }
        agent.addAll(batch);

        assertThat(agent.stats().byType())
                .hasSize(100)
                .containsKeys("type50", "type149")
                .doesNotContainKey("type49");
        assertThat(agent.stats().outcomes().records()).isEqualTo(250);
    }

    @Test
    void recordsWhoseTimeIsOverAreNotInTheNumbers() {
        canCount();
        agent.add(Interaction.of("a", "x").ttl(Duration.ofSeconds(30)).success(true));
        clock.advance(Duration.ofSeconds(30));

        assertThat(agent.stats().totalVectors()).isZero();
        assertThat(agent.stats().bytes()).isZero();
        assertThat(agent.stats().successRate()).isEmpty();
        assertThat(store.stats().records()).isZero();
    }

    @Test
    void theStoreCountsTheRecordsOfAllAgentsThroughAllChanges() {
        canCount();
        AgentContext other = store.agent(AgentKey.of("another", "agent"));
        agent.addAll(List.of(Interaction.of("a", "x"), Interaction.of("b", "x"), Interaction.of("a", "y")));
        other.add(Interaction.of("c", "x"));
        other.add(Interaction.of("d", "x"));
        assertThat(store.stats().records()).isEqualTo(4);

        other.delete("c");
        agent.prune(Prune.matching(Fields.type().is("message")));
        assertThat(store.stats().records()).isOne();
        agent.add(Interaction.of("e", "x"));
        restart();
        assertThat(store.stats().records()).isEqualTo(2);
        store.erase(Tenant.of("another"));
        assertThat(store.stats().records()).isOne();
        agent.clear();
        assertThat(store.stats().records()).isZero();
    }

    @Test
    void anAlertFiresOnceAtEachLevelAndClearsWellBelowIt() {
        alertAt(20, 0.8, 0.95);
        addUpTo(15);
        hearsNothingBefore(AgentKey.of("m", "1"));
        addUpTo(16);
        assertThat(heard()).isEqualTo(RAISED + " 0.8 at 16 of 20");
        for (int i = 0; i < 5; i++) {
            agent.delete("r15");
            addUpTo(16);
        }
        addUpTo(19);
        assertThat(heard()).isEqualTo(RAISED + " 0.95 at 19 of 20");
        assertThat(store.stats().agentsAlerted()).isEqualTo(1);

        agent.delete("r18");
        hearsNothingBefore(AgentKey.of("m", "2"));
        agent.delete("r17");
        assertThat(heard()).isEqualTo(CLEARED + " 0.95 at 17 of 20");
        agent.clear();
        assertThat(heard()).isEqualTo(CLEARED + " 0.8 at 0 of 20");
        assertThat(store.stats().agentsAlerted()).isZero();
        addUpTo(16);
        assertThat(heard()).isEqualTo(RAISED + " 0.8 at 16 of 20");
    }

    @Test
    void anEvictionTellsHowFullItWasBefore() {
        use(UpkeepSettings.of(Limits.perAgent(10).lowWater(0.2).alertAt(0.5, 1)).listener(alerts::add));
        agent.addAll(IntStream.range(0, 14)
                .mapToObj(i -> Interaction.of("r" + i, "x").time(START.plusSeconds(i)))
                .toList());

        assertThat(heard()).isEqualTo(RAISED + " 0.5 at 14 of 10");
        assertThat(heard()).isEqualTo(RAISED + " 1.0 at 14 of 10");
        assertThat(heard()).isEqualTo(CLEARED + " 1.0 at 2 of 10");
        assertThat(heard()).isEqualTo(CLEARED + " 0.5 at 2 of 10");
    }

    @Test
    void aMemoryThatLivesAtItsLimitAlertsOnce() {
        alertAt(20, 0.8, 0.95);
        addUpTo(19);
        heard();
        heard();
        for (int i = 100; i < 200; i++) {
            agent.add(Interaction.of("r" + i, "x").time(START.plusSeconds(i)));
        }

        assertThat(store.stats().evicted()).isPositive();
        hearsNothingBefore(AgentKey.of("m", "1"));
    }

    @Test
    void pruningErasingAndTheEndOfTimesToLiveClearAlerts() {
        alertAt(4, 0.5);
        addUpTo(2);
        assertThat(heard()).startsWith("RAISED");
        agent.prune(Prune.matching(Fields.type().is("message")));
        assertThat(heard()).startsWith("CLEARED");
        addUpTo(2);
        assertThat(heard()).startsWith("RAISED");
        store.erase(KEY.tenant());
        assertThat(heard()).startsWith("CLEARED");
        agent.add(Interaction.of("a", "x").ttl(Duration.ofSeconds(5)));
        agent.add(Interaction.of("b", "x").ttl(Duration.ofSeconds(5)));
        assertThat(heard()).startsWith("RAISED");
        clock.advance(Duration.ofSeconds(5));
        assertThat(agent.count()).isZero();
        assertThat(heard()).startsWith("CLEARED");
        assertThat(store.stats().agentsAlerted()).isZero();
    }

    @Test
    void theListenerIsCalledOnItsOwnThreadAndMayUseTheStore() throws InterruptedException {
        var thread = new AtomicReference<Thread>();
        var counted = new LinkedBlockingQueue<Long>();
        use(UpkeepSettings.of(Limits.perAgent(4).alertAt(0.5)).listener(alert -> {
            thread.set(Thread.currentThread());
            counted.add(store.agent(alert.agent()).count());
        }));
        addUpTo(2);

        assertThat(counted.poll(60, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(thread.get()).isNotSameAs(Thread.currentThread());
        assertThat(thread.get().isDaemon()).isTrue();
    }

    @Test
    void aListenerThatHangsHoldsUpNobodyAndOneThatThrowsHearsTheNext() throws InterruptedException {
        var goOn = new CountDownLatch(1);
        use(UpkeepSettings.of(Limits.perAgent(4).alertAt(0.5, 1)).listener(alert -> {
            if (alert.level() == 0.5) {
                try {
                    goOn.await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new IllegalStateException("of the listener");
            }
            alerts.add(alert);
        }));
        addUpTo(4);
        assertThat(agent.count()).isEqualTo(4);
        assertThat(alerts).isEmpty();
        goOn.countDown();

        assertThat(heard()).isEqualTo(RAISED + " 1.0 at 4 of 4");
    }

    @Test
    void aClosedStoreHasNoNumbers() {
        canCount();
        ContextStore closed = open(HashingEmbedder.ofDimensions(64));
        AgentContext context = closed.agent(KEY);
        closed.close();

        assertThatThrownBy(closed::stats).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(context::stats).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> context.prune(Prune.olderThan(Duration.ZERO)))
                .isInstanceOf(IllegalStateException.class);
    }
}
