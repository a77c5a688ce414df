package dev.mneme.bus;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.Event;
import dev.mneme.events.agent.ApprovalExpiringV1;
import dev.mneme.events.agent.ApprovalRequestedV1;
import dev.mneme.events.agent.ApprovalResolvedV1;
import dev.mneme.events.agent.ApprovalResolvedV1.Resolution;
import dev.mneme.events.stream.Await;
import dev.mneme.memory.coordination.ApprovalDecision;
import dev.mneme.memory.coordination.ApprovalFilter;
import dev.mneme.memory.coordination.ApprovalPage;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRequest.OnTimeout;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.memory.coordination.ApprovalState;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.ApprovalVerdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ApprovalTest {

    private static final Tenant ANNA = Tenant.of("anna");
    private static final Submit HOW = Submit.by(ANNA);
    private static final Duration LONG = ofMinutes(60);
    private static final int RACES = Boolean.getBoolean("mneme.long") ? 100_000 : 10_000;

    private final List<Event> events = new CopyOnWriteArrayList<>();

    private TestBus bus(ApprovalSettings settings) {
        return TestBus.seeded(
                7,
                bus -> bus.context(ContextCarrier.none())
                        .approvals(settings.listener((record, event) -> events.add(event))));
    }

    private static List<ApprovalRecord> pending(AgentBus bus) {
        return bus.approvals()
                .pending(ApprovalPage.Request.of(ApprovalFilter.all(), 100))
                .records();
    }

    private static AgentRef<String, String> echo(TestBus test, String name) {
        return test.register(AgentSpec.<String, String>named(name).handler((text, ctx) -> text));
    }

    @Test
    void onlyTheBranchBehindTheApprovalWaitsAndAYesResumesIt() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            AgentRef<String, String> agent = echo(test, "agent");
            Plan.Builder p = Plan.builder("report");
            NodeRef<String> draft = p.node("draft", agent, "text");
            NodeRef<ApprovalRecord> ok = p.approval(
                    "review", draft, d -> Approval.of("Publish " + d + "?").risk(ApprovalRisk.HIGH));
            NodeRef<String> publish = p.node("publish", agent, draft).after(ok);
            NodeRef<String> other = p.node("other", agent, "other");
            p.node("others child", agent, other);
            TaskHandle<PlanResult> run = test.bus()
                    .submit(p.build(), Submit.by(ANNA).session(SessionKey.of("anna", "s")))
                    .orThrow();
            test.run();
            assertThat(agent.numbers().completed()).isEqualTo(3);
            assertThat(agent.numbers().waiting() + agent.numbers().running()).isZero();
            assertThat(run.status()).isEqualTo(TaskStatus.RUNNING_TO_BE_APPROVED);
            ApprovalRecord asked = pending(test.bus()).get(0);
            assertThat(asked.request().question()).isEqualTo("Publish text?");
            assertThat(asked.request().operation()).isEqualTo("report/review");
            assertThat(asked.request().session()).contains(SessionKey.of("anna", "s"));
            assertThat(asked.request().timeout()).isEqualTo(ofMinutes(10));

            test.advance(ofMinutes(2));
            assertThat(test.bus().approvals().approve(asked.id(), "bob").isDecided())
                    .isTrue();
            test.run();
            PlanResult result = run.awaitOutcome(Duration.ZERO).orElseThrow().get();
            assertThat(result.isComplete()).isTrue();
            assertThat(result.get(ok).decidedBy()).isEqualTo("bob");
            assertThat(result.get(publish)).isEqualTo("text");
            assertThat(test.elapsed()).isEqualTo(ofMinutes(2));
            assertThat(test.bus().approvals().approve(asked.id(), "eve"))
                    .isInstanceOf(ApprovalDecision.AlreadyDecided.class);
            assertThat(events)
                    .extracting(event -> event.getClass().getSimpleName())
                    .containsExactly("ApprovalRequestedV1", "ApprovalResolvedV1");
            assertThat(((ApprovalRequestedV1) events.get(0)).taskId()).isEqualTo(run.id());
            assertThat(((ApprovalResolvedV1) events.get(1)).resolution()).isEqualTo(Resolution.APPROVED);
            assertThat(test.bus().approvals().numbers().waiting()).isZero();
        }
    }

    @Test
    void aNoSkipsWhatComesAfterItAndSaysWhoAndWhy() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            AgentRef<String, String> agent = echo(test, "agent");
            Plan.Builder p = Plan.builder("report");
            NodeRef<ApprovalRecord> ok = p.approval("start", Approval.of("Begin?"));
            p.node("work", agent, "x").after(ok);
            TaskHandle<PlanResult> run = test.bus().submit(p.build(), HOW).orThrow();
            test.run();
            test.bus().approvals().reject(pending(test.bus()).get(0).id(), "bob", "not now");
            test.run();
            PlanResult result = run.awaitOutcome(Duration.ZERO).orElseThrow().get();
            assertThat(result.skipped()).isEqualTo(Map.of("work", Set.of("start")));
            assertThat(result.outcome(ok).orElseThrow().status().detail()).isEqualTo(TaskDetail.NOT_APPROVED);
            assertThat(result.failed().get("start")).isInstanceOfSatisfying(ApprovalRefusedException.class, e -> {
                assertThat(e.approval().orElseThrow().reason()).isEqualTo("not now");
                assertThat(e).hasMessageContaining("REJECTED").hasMessageNotContaining("not now");
            });
            assertThat(agent.numbers().accepted()).isZero();
        }
    }

    @Test
    void aWarningComesAMinuteBeforeTheTimeIsOverAndThenANo() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            TaskHandle<ApprovalRecord> medium =
                    test.bus().approvals().request(Approval.of("?"), HOW).orThrow();
            assertThat(medium.status()).isEqualTo(TaskStatus.QUEUED);
            test.run();
            assertThat(medium.status()).isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
            test.advance(ofSeconds(239));
            assertThat(events).hasSize(1);
            test.advance(ofSeconds(1));
            assertThat(events).hasSize(2);
            assertThat(events.get(1)).isInstanceOf(ApprovalExpiringV1.class);
            test.advance(ofSeconds(59));
            assertThat(medium.status()).isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
            test.advance(ofSeconds(1));
            assertThat(medium.status()).isEqualTo(new TaskStatus(TaskState.FAILED, TaskDetail.NOT_APPROVED));
            assertThat(((ApprovalResolvedV1) events.get(2)).resolution()).isEqualTo(Resolution.TIMED_OUT);
            assertThat(test.bus().approvals().approve(medium.id(), "late"))
                    .isInstanceOf(ApprovalDecision.Expired.class);

            TaskHandle<ApprovalRecord> high = test.bus()
                    .approvals()
                    .request(
                            Approval.of("?")
                                    .risk(ApprovalRisk.HIGH)
                                    .onTimeout(OnTimeout.APPROVE)
                                    .operation("other"),
                            HOW)
                    .orThrow();
            test.advance(ofMillis(599_999));
            assertThat(high.status()).isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
            test.advance(ofMillis(1));
            assertThat(high.awaitOutcome(Duration.ZERO).orElseThrow().get().state())
                    .isEqualTo(ApprovalState.AUTO_APPROVED);
        }
    }

    @Test
    void thePolicyIsAskedOfTheArgumentsAndWhatIsOfLowRiskApprovesItself() {
        List<Object> askedFor = new ArrayList<>();
        RiskPolicy policy = (operation, arguments) -> {
            askedFor.add(operation + " " + arguments);
            return "small".equals(arguments) ? ApprovalRisk.LOW : ApprovalRisk.HIGH;
        };
        try (TestBus test = bus(ApprovalSettings.defaults().risks(policy))) {
            AgentRef<String, String> agent = echo(test, "agent");
            Plan.Builder p = Plan.builder("pay");
            NodeRef<ApprovalRecord> small = p.approval(
                    "small", p.node("a", agent, "small"), Approval.of("?").operation("payment"));
            p.approval("large", p.node("b", agent, "large"), Approval.of("?").operation("payment"));
            TaskHandle<PlanResult> run = test.bus().submit(p.build(), HOW).orThrow();
            test.run();
            assertThat(askedFor).containsExactlyInAnyOrder("payment small", "payment large");
            assertThat(pending(test.bus())).hasSize(1);
            test.advance(ofMinutes(10));
            PlanResult result = run.awaitOutcome(Duration.ZERO).orElseThrow().get();
            assertThat(result.get(small).state()).isEqualTo(ApprovalState.AUTO_APPROVED);
            assertThat(result.failed()).containsOnlyKeys("large");
            assertThat(test.bus()
                            .approvals()
                            .history(ApprovalPage.Request.of(ApprovalFilter.of(ANNA), 10))
                            .records())
                    .as("the history has both")
                    .hasSize(2);
        }
    }

    @Test
    void aQuestionOrAPolicyThatThrowsFailsItsNodeOnly() {
        RiskPolicy policy = (operation, arguments) -> {
            throw new IllegalStateException("policy");
        };
        try (TestBus test = bus(ApprovalSettings.defaults().risks(policy))) {
            AgentRef<String, String> agent = echo(test, "agent");
            Plan.Builder p = Plan.builder("report");
            NodeRef<String> draft = p.node("draft", agent, "text");
            p.approval("one", draft, d -> {
                throw new IllegalStateException("question");
            });
            p.approval("two", draft, Approval.of("?"));
            PlanResult result = test.bus()
                    .submit(p.build(), HOW)
                    .orThrow()
                    .awaitOutcome(LONG)
                    .orElseThrow()
                    .get();
            assertThat(result.failed().get("one")).hasMessage("question");
            assertThat(result.failed().get("two")).hasMessage("policy");
            assertThat(result.completed()).containsExactly("draft");
        }
    }

    @Test
    void aWholePlanWaitsForAYesWithItsEstimateBeforeItsFirstNode() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            AgentRef<String, String> agent =
                    test.register(AgentSpec.<String, String>named("agent").handler((text, ctx) -> {
                        test.takeTime(ofSeconds(3));
                        return text;
                    }));
            agent.submit("x").orThrow().awaitOutcome(LONG);
            Plan.Builder p = Plan.builder("costly");
            p.node("second", agent, p.node("first", agent, "x"));
            p.approvedFirst(
                    plan -> Approval.of("Spend " + plan.estimate().sequential().toSeconds() + " s?"));
            Plan plan = p.build();
            TaskHandle<PlanResult> yes = test.bus().submit(plan, HOW).orThrow();
            test.advance(ofSeconds(100));
            assertThat(yes.status()).isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
            assertThat(agent.numbers().accepted()).isOne();
            ApprovalRecord asked = pending(test.bus()).get(0);
            assertThat(asked.request().question()).isEqualTo("Spend 6 s?");
            assertThat(asked.request().details()).contains("PT6S").contains("second: agent, given first");
            test.bus().approvals().approve(asked.id(), "bob");
            test.run();
            assertThat(yes.status()).isEqualTo(TaskStatus.RUNNING);
            assertThat(yes.awaitOutcome(LONG).orElseThrow().get().isComplete()).isTrue();

            TaskHandle<PlanResult> no = test.bus().submit(plan, HOW).orThrow();
            test.run();
            test.bus().approvals().reject(pending(test.bus()).get(0).id(), "bob", "");
            Outcome<PlanResult> outcome = no.awaitOutcome(LONG).orElseThrow();
            assertThat(outcome.status().detail()).isEqualTo(TaskDetail.NOT_APPROVED);
            assertThat(outcome.failure().orElseThrow()).isInstanceOf(ApprovalRefusedException.class);
            assertThat(agent.numbers().accepted()).isEqualTo(3);
            assertThat(test.bus().runningPlans()).isZero();
        }
    }

    @Test
    void toCancelAPlanWithdrawsWhatItAsked() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            AgentRef<String, String> agent = echo(test, "agent");
            Plan.Builder p = Plan.builder("report");
            p.node("work", agent, "x").after(p.approval("a", Approval.of("?")), p.approval("b", Approval.of("?")));
            TaskHandle<PlanResult> run = test.bus().submit(p.build(), HOW).orThrow();
            test.run();
            List<ApprovalRecord> asked = pending(test.bus());
            assertThat(asked).hasSize(2);
            assertThat(run.cancel()).isTrue();
            test.run();
            assertThat(run.status().detail()).isEqualTo(TaskDetail.BY_CALLER);
            for (ApprovalRecord each : asked) {
                ApprovalDecision late = test.bus().approvals().approve(each.id(), "bob");
                assertThat(late.optional().orElseThrow().state()).isEqualTo(ApprovalState.WITHDRAWN);
            }
            assertThat(events)
                    .filteredOn(ApprovalResolvedV1.class::isInstance)
                    .extracting(event -> ((ApprovalResolvedV1) event).resolution())
                    .containsExactly(Resolution.WITHDRAWN, Resolution.WITHDRAWN);
            assertThat(test.bus().approvals().numbers().withdrawn()).isEqualTo(2);
            assertThat(agent.numbers().accepted()).isZero();
        }
    }

    @Test
    void whatFailsFastWithdrawsTheApprovalsOfItsPlan() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            AgentRef<String, String> bad =
                    test.register(AgentSpec.<String, String>named("bad").handler((text, ctx) -> {
                        test.takeTime(ofSeconds(1));
                        throw new IllegalStateException();
                    }));
            Plan.Builder p = Plan.builder("report");
            NodeRef<ApprovalRecord> asks = p.approval("asks", Approval.of("?"));
            p.node("fails", bad, "x").onFailure(FailurePolicy.FAIL_FAST);
            PlanResult result = test.bus()
                    .submit(p.build(), HOW)
                    .orThrow()
                    .awaitOutcome(LONG)
                    .orElseThrow()
                    .get();
            assertThat(result.outcome(asks).orElseThrow().status().detail()).isEqualTo(TaskDetail.WITH_PARENT);
            test.run();
            assertThat(pending(test.bus())).isEmpty();
        }
    }

    @Test
    void aDrainWithdrawsWhatNobodyDecidedInTime() {
        ApprovalStore store = ApprovalStore.inProcess(System::nanoTime);
        TestBus test = bus(ApprovalSettings.on(store));
        Plan.Builder p = Plan.builder("report");
        p.approval("asks", Approval.of("?"));
        TaskHandle<PlanResult> run = test.bus().submit(p.build(), HOW).orThrow();
        TaskHandle<ApprovalRecord> single =
                test.bus().approvals().request(Approval.of("?"), HOW).orThrow();
        test.run();
        DrainReport report = test.bus().drain(ofSeconds(30));
        assertThat(test.elapsed()).isGreaterThanOrEqualTo(ofSeconds(30));
        assertThat(report.unfinished()).extracting(each -> each.taskId()).contains(run.id());
        assertThat(run.status().detail()).isEqualTo(TaskDetail.SHUTDOWN);
        assertThat(single.status().detail()).isEqualTo(TaskDetail.SHUTDOWN);
        test.run();
        assertThat(store.pending(ApprovalPage.Request.of(ApprovalFilter.all(), 10))
                        .records())
                .isEmpty();
        assertThat(test.bus().approvals().request(Approval.of("?"), HOW).<RejectReason>fold(y -> null, n -> n.reason()))
                .isEqualTo(RejectReason.DRAINING);
    }

    @Test
    void theDeadlineOfThePlanHoldsForItsApprovals() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            Plan.Builder p = Plan.builder("report");
            p.approval("asks", Approval.of("?").timeout(ofMinutes(60)));
            TaskHandle<PlanResult> run =
                    test.bus().submit(p.build(), HOW.deadline(ofSeconds(90))).orThrow();
            PlanResult result = run.awaitOutcome(LONG).orElseThrow().get();
            assertThat(test.elapsed()).isEqualTo(ofSeconds(90));
            assertThat(result.failed()).containsOnlyKeys("asks");
        }
    }

    @Test
    void aHandlerAwaitsAnApprovalWithItsSlotLent() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            AgentRef<String, String> agent = test.register(AgentSpec.<String, String>named("agent")
                    .maxConcurrency(1)
                    .timeout(LONG)
                    .handler((text, ctx) -> text.equals("asks")
                            ? ctx.await(test.bus()
                                            .approvals()
                                            .request(Approval.of("?"), Submit.by(ANNA))
                                            .orThrow())
                                    .decidedBy()
                            : text));
            TaskHandle<String> asks = agent.submit("asks").orThrow();
            TaskHandle<String> other = agent.submit("other").orThrow();
            test.run();
            assertThat(other.status()).isEqualTo(TaskStatus.COMPLETED);
            assertThat(asks.status()).isEqualTo(TaskStatus.AWAITING);
            test.bus().approvals().approve(pending(test.bus()).get(0).id(), "bob");
            test.run();
            assertThat(asks.awaitOutcome(Duration.ZERO).orElseThrow().get()).isEqualTo("bob");
        }
    }

    @Test
    void theSameIsAskedThreeTimesAtMostIfTheAnswerIsNo() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            Plan.Builder p = Plan.builder("report");
            p.approval("asks", Approval.of("?"));
            Plan plan = p.build();
            for (int i = 0; i < 3; i++) {
                TaskHandle<PlanResult> run = test.bus().submit(plan, HOW).orThrow();
                test.run();
                test.bus().approvals().reject(pending(test.bus()).get(0).id(), "bob", "");
                assertThat(run.awaitOutcome(LONG).orElseThrow().get().failed()).hasSize(1);
            }
            TaskHandle<PlanResult> fourth = test.bus().submit(plan, HOW).orThrow();
            test.run();
            assertThat(pending(test.bus())).isEmpty();
            assertThat(fourth.awaitOutcome(Duration.ZERO)
                            .orElseThrow()
                            .get()
                            .failed()
                            .get("asks"))
                    .hasMessageContaining("asked 3 times");
            assertThat(test.bus().approvals().numbers().refused()).isOne();
        }
    }

    @Test
    void aClassOfOperationsIsDecidedTogether() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            List<TaskHandle<ApprovalRecord>> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                all.add(test.bus()
                        .approvals()
                        .request(Approval.of("?").operation(i == 0 ? "delete" : "send"), HOW)
                        .orThrow());
            }
            test.run();
            assertThat(test.bus()
                            .approvals()
                            .decideAll(ApprovalFilter.of(ANNA).operation("send"), ApprovalVerdict.approve("bob")))
                    .hasSize(4);
            test.run();
            assertThat(all.get(0).status()).isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
            assertThat(all.subList(1, 5)).allMatch(each -> each.status().equals(TaskStatus.COMPLETED));
        }
    }

    /** The decision and the deadline at the same moment, on a real bus: whoever wins at the store, the plan follows. */
    @Test
    void ofAYesAndTheDeadlineOneWinsAndThePlanFollowsIt() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        Set<ApprovalState> ends = new HashSet<>();
        try (AgentBus bus = AgentBus.builder().drainFor(Duration.ZERO).build()) {
            for (int done = 0; done < RACES; done += 500) {
                List<TaskHandle<ApprovalRecord>> asked = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    Approval approval =
                            Approval.of("?").operation("race-" + (done + i)).timeout(ofMillis(1 + random.nextInt(20)));
                    asked.add(bus.approvals().request(approval, HOW).orThrow());
                }
                for (TaskHandle<ApprovalRecord> each : asked) {
                    ApprovalDecision decision = bus.approvals().approve(each.id(), "bob");
                    Outcome<ApprovalRecord> outcome =
                            each.awaitOutcome(ofSeconds(60)).orElseThrow();
                    ApprovalRecord end = outcome.isCompleted()
                            ? outcome.get()
                            : ((ApprovalRefusedException) outcome.failure().orElseThrow())
                                    .approval()
                                    .orElseThrow();
                    assertThat(outcome.isCompleted())
                            .as("seed %s: %s, %s", seed, decision, end)
                            .isEqualTo(end.state() == ApprovalState.APPROVED);
                    if (decision.isDecided()) {
                        assertThat(end.state()).as("seed %s", seed).isEqualTo(ApprovalState.APPROVED);
                    }
                    if (end.state() == ApprovalState.APPROVED) {
                        assertThat(decision.isDecided()).as("seed %s", seed).isTrue();
                    }
                    ends.add(end.state());
                }
            }
            ApprovalNumbers numbers = bus.approvals().numbers();
            assertThat(numbers.waiting()).isZero();
            assertThat(numbers.approved() + numbers.timedOut()).isEqualTo(RACES);
        }
        assertThat(ends).as("seed %s", seed).contains(ApprovalState.APPROVED, ApprovalState.TIMED_OUT);
    }

    @Test
    void tenThousandThatWaitHoldNoThread() {
        try (AgentBus bus = AgentBus.builder().drainFor(Duration.ZERO).build()) {
            int before = threads();
            List<TaskHandle<PlanResult>> plans = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                Plan.Builder p = Plan.builder("plan");
                p.approval("asks", Approval.of("?").operation("o" + i));
                plans.add(bus.submit(p.build(), HOW).orThrow());
            }
            var done = new AtomicInteger();
            for (int i = 0; i < 5_000; i++) {
                bus.approvals()
                        .request(Approval.of("?").operation("p" + i), HOW)
                        .orThrow()
                        .outcome()
                        .thenRun(done::incrementAndGet);
            }
            Await.until(
                    "all are asked",
                    () -> bus.approvals()
                                    .pending(ApprovalPage.Request.of(ApprovalFilter.all(), 1))
                                    .records()
                                    .size()
                            == 1);
            Await.until(
                    "all wait",
                    () -> plans.stream().allMatch(each -> each.status().detail() == TaskDetail.WAITING_FOR_APPROVAL));
            // the timer, and while the store is looked at those who look
            Await.until("no thread is left but the bus's own few", () -> threads() - before <= 3);
            assertThat(bus.approvals().numbers().waiting()).isEqualTo(10_000);
            List<ApprovalRecord> decided;
            int sum = 0;
            do {
                decided = bus.approvals().decideAll(ApprovalFilter.all(), ApprovalVerdict.approve("bob"));
                sum += decided.size();
            } while (!decided.isEmpty() || sum < 10_000);
            Await.until("all go on", () -> done.get() == 5_000);
            plans.forEach(each -> assertThat(
                            each.awaitOutcome(ofSeconds(60)).orElseThrow().get().isComplete())
                    .isTrue());
        }
    }

    private static int threads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mneme-bus"))
                .count();
    }

    @Test
    void metersTellHowApprovalsEndAndHowLongPeopleTake() {
        try (TestBus test = bus(ApprovalSettings.defaults())) {
            var registry = new SimpleMeterRegistry();
            new BusMetrics(test.bus()).bindTo(registry);
            List<TaskHandle<ApprovalRecord>> all = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Approval approval = Approval.of("?").operation("o" + i);
                all.add(test.bus()
                        .approvals()
                        .request(i == 0 ? approval.risk(ApprovalRisk.LOW) : approval, HOW)
                        .orThrow());
            }
            test.advance(ofSeconds(10));
            test.bus().approvals().approve(all.get(1).id(), "bob");
            test.bus().approvals().approve(all.get(2).id(), "bob");
            test.advance(ofSeconds(10));
            test.bus().approvals().reject(all.get(3).id(), "bob", "");
            all.get(4).cancel();
            test.run();
            assertThat(registry.get("mneme.bus.approvals.waiting").gauge().value())
                    .isOne();
            test.advance(ofMinutes(5));
            assertThat(ended(registry, "auto_approved")).isOne();
            assertThat(ended(registry, "approved")).isEqualTo(2);
            assertThat(ended(registry, "rejected")).isOne();
            assertThat(ended(registry, "withdrawn")).isOne();
            assertThat(ended(registry, "timed_out")).isOne();
            assertThat(ended(registry, "refused")).isZero();
            assertThat(registry.get("mneme.bus.approvals.answer")
                            .functionTimer()
                            .count())
                    .isEqualTo(3);
            assertThat(registry.get("mneme.bus.approvals.answer")
                            .functionTimer()
                            .totalTime(TimeUnit.SECONDS))
                    .isEqualTo(40);
            assertThat(registry.get("mneme.bus.approvals.waiting").gauge().value())
                    .isZero();
        }
    }

    private static double ended(SimpleMeterRegistry registry, String outcome) {
        return registry.get("mneme.bus.approvals")
                .tag("outcome", outcome)
                .functionCounter()
                .count();
    }

    @Test
    void settingsOutOfRangeAreRefusedWithRuleAndValue() {
        assertThatThrownBy(() -> Approval.of("")).hasMessageContaining("question must have 1");
        assertThatThrownBy(() -> Approval.of("?").timeout(Duration.ZERO)).hasMessageContaining("was PT0S");
        assertThatThrownBy(() -> ApprovalSettings.defaults().warnBefore(Duration.ZERO))
                .hasMessageContaining("was PT0S");
        assertThat(Approval.of("secret").toString()).doesNotContain("secret");
    }
}
