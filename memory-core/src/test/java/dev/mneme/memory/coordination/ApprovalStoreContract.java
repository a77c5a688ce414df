package dev.mneme.memory.coordination;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.coordination.ApprovalRequest.OnTimeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store of approvals promises, wherever it keeps them; seen by two instances of a host. */
@Timeout(120)
public abstract class ApprovalStoreContract {

    private static final Tenant ANN = Tenant.of("ann");
    private static final Tenant BOB = Tenant.of("bob");
    private static final ApprovalVerdict YES = ApprovalVerdict.approve("eve");
    private static final ApprovalVerdict NO = ApprovalVerdict.reject("eve", "too early");
    private static final Duration SHORT = ofMillis(300);
    private static final Duration LONGER = ofMillis(400);
    private static final int GUARD_SECONDS = 60;

    private final List<ApprovalStore.Watch> watches = new ArrayList<>();
    protected ApprovalStore a;
    protected ApprovalStore b;

    /** A store for one more instance, on what those made before it with the same limits keep. */
    protected abstract ApprovalStore store(ApprovalLimits limits);

    /** Lets time pass for the store. */
    protected abstract void pass(Duration time) throws InterruptedException;

    /** How many races between two instances are run. */
    protected abstract int races();

    @BeforeEach
    final void open() {
        a = store(ApprovalLimits.defaults());
        b = store(ApprovalLimits.defaults());
    }

    @AfterEach
    final void closeWatches() {
        watches.forEach(ApprovalStore.Watch::close);
    }

    private static ApprovalRequest publish() {
        return ApprovalRequest.of("publish", "Publish?").by(ANN);
    }

    private static ApprovalRecord ask(ApprovalStore store, ApprovalRequest request) {
        return store.request(request).optional().orElseThrow();
    }

    private static List<String> ids(List<ApprovalRecord> records) {
        return records.stream().map(ApprovalRecord::id).toList();
    }

    @Test
    void whatOneInstanceAskedAnotherFindsAndDecidesAndTheFirstSees() {
        ApprovalRequest request = ApprovalRequest.of("publish: é", "Publish “x” {1}?")
                .session(SessionKey.of("ann:1 ", "s 1"))
                .subject("report 7")
                .details("line\nnext")
                .risk(ApprovalRisk.HIGH)
                .timeout(ofMinutes(10))
                .onTimeout(OnTimeout.APPROVE);
        ApprovalRecord asked = ask(a, request);
        assertThat(asked.request()).isEqualTo(request);
        assertThat(asked.attempt()).isOne();
        assertThat(asked.state()).isEqualTo(ApprovalState.PENDING);
        assertThat(Duration.between(asked.requestedAt(), asked.expiresAt())).isEqualTo(ofMinutes(10));
        assertThat(asked.decidedAt()).isEmpty();
        assertThat(b.find(request.id())).contains(asked);

        ApprovalDecision decided = b.decide(request.id(), YES.because("fine"));
        assertThat(decided).isInstanceOf(ApprovalDecision.Decided.class);
        ApprovalRecord seen = a.find(request.id()).orElseThrow();
        assertThat(decided.optional()).contains(seen);
        assertThat(seen.request()).isEqualTo(request);
        assertThat(seen.state()).isEqualTo(ApprovalState.APPROVED);
        assertThat(seen.decidedBy()).isEqualTo("eve");
        assertThat(seen.reason()).isEqualTo("fine");
        assertThat(seen.took().orElseThrow()).isBetween(Duration.ZERO, ofMinutes(10));
    }

    @Test
    void aSecondVerdictIsToldWhatTheFirstWas() {
        ApprovalRecord asked = ask(a, publish());
        ApprovalRecord first = a.decide(asked.id(), NO).optional().orElseThrow();
        assertThat(b.decide(asked.id(), YES)).isEqualTo(new ApprovalDecision.AlreadyDecided(first));
        assertThat(a.withdraw(asked.id())).isEqualTo(new ApprovalDecision.AlreadyDecided(first));
        assertThat(first.state()).isEqualTo(ApprovalState.REJECTED);
        assertThat(first.reason()).isEqualTo("too early");
    }

    @Test
    void whatNobodyAskedOrAnotherTenantAskedIsUnknown() {
        ApprovalRecord asked = ask(a, publish());
        assertThat(a.decide("nothing", YES)).isEqualTo(new ApprovalDecision.Unknown());
        assertThat(a.withdraw("nothing")).isEqualTo(new ApprovalDecision.Unknown());
        assertThat(b.decide(BOB, asked.id(), YES)).isEqualTo(new ApprovalDecision.Unknown());
        assertThat(a.find(asked.id()).orElseThrow().state()).isEqualTo(ApprovalState.PENDING);
        assertThat(b.decide(ANN, asked.id(), YES).isDecided()).isTrue();
        assertThat(a.find("nothing")).isEmpty();
    }

    @Test
    void aRequestThatIsRepeatedIsTheSame() {
        ApprovalRequest request = publish();
        ApprovalRecord first = ask(a, request);
        assertThat(ask(b, request)).isEqualTo(first);
        ApprovalRecord decided = a.decide(request.id(), YES).optional().orElseThrow();
        assertThat(ask(a, request)).isEqualTo(decided);
        assertThat(a.pending(ApprovalPage.Request.of(ApprovalFilter.all(), 10)).records())
                .isEmpty();
    }

    @Test
    void whatNobodyDecidesIsANoWhenItsTimeIsOver() throws Exception {
        ApprovalRecord asked = ask(a, publish().timeout(SHORT));
        assertThat(b.find(asked.id()).orElseThrow().state()).isEqualTo(ApprovalState.PENDING);
        pass(LONGER);
        ApprovalDecision late = b.decide(asked.id(), YES);
        ApprovalRecord seen = a.find(asked.id()).orElseThrow();
        assertThat(late).isEqualTo(new ApprovalDecision.Expired(seen));
        assertThat(seen.state()).isEqualTo(ApprovalState.TIMED_OUT);
        assertThat(seen.decidedAt()).contains(asked.expiresAt());
        assertThat(seen.decidedBy()).isEmpty();
        assertThat(a.withdraw(asked.id())).isEqualTo(late);
    }

    @Test
    void whatNobodyDecidesIsAYesIfItWasAskedLikeThat() throws Exception {
        ApprovalRecord asked = ask(a, publish().timeout(SHORT).onTimeout(OnTimeout.APPROVE));
        pass(LONGER);
        assertThat(b.states(List.of(asked.id(), "nothing"))).isEqualTo(Map.of(asked.id(), ApprovalState.AUTO_APPROVED));
        assertThat(b.decide(asked.id(), NO)).isInstanceOf(ApprovalDecision.Expired.class);
    }

    @Test
    void aRuleSaysYesAtOnceForTheRecord() {
        ApprovalRecord asked = ask(a, publish().risk(ApprovalRisk.LOW).approvedAtOnce(true));
        assertThat(asked.state()).isEqualTo(ApprovalState.AUTO_APPROVED);
        assertThat(asked.state().isApproved()).isTrue();
        assertThat(b.pending(ApprovalPage.Request.of(ApprovalFilter.all(), 10)).records())
                .isEmpty();
        assertThat(b.history(ApprovalPage.Request.of(ApprovalFilter.of(ANN), 10))
                        .records())
                .containsExactly(asked);
        assertThat(a.decide(asked.id(), NO)).isEqualTo(new ApprovalDecision.AlreadyDecided(asked));
    }

    @Test
    void theSameIsAskedThreeTimesAtMostIfTheAnswerIsNo() throws Exception {
        assertThat(ask(a, publish()).attempt()).isOne();
        List<ApprovalRecord> waiting = new ArrayList<>();
        a.decideAll(ApprovalFilter.all(), NO);
        ask(a, publish().timeout(SHORT));
        pass(LONGER);
        ApprovalRecord third = ask(b, publish());
        assertThat(third.attempt()).isEqualTo(3);
        waiting.add(ask(a, publish()));
        b.withdraw(waiting.get(0).id());
        assertThat(ask(a, publish()).attempt()).as("withdrawn is no no").isEqualTo(3);
        b.decide(third.id(), NO);

        ApprovalRequest fourth = publish();
        assertThat(a.request(fourth)).isInstanceOfSatisfying(ApprovalAdmission.TooOften.class, often -> {
            assertThat(often.requests()).isEqualTo(3);
            assertThat(often.retryAfter())
                    .isPositive()
                    .isLessThanOrEqualTo(ApprovalLimits.defaults().keepFor());
        });
        assertThat(a.find(fourth.id())).isEmpty();
        for (ApprovalRequest other : List.of(
                publish().by(BOB),
                publish().session(SessionKey.of("ann", "s")),
                publish().subject("another"),
                ApprovalRequest.of("delete", "Delete?").by(ANN),
                ApprovalRequest.of("publish", "Publish?"))) {
            assertThat(a.request(other)).isInstanceOf(ApprovalAdmission.Admitted.class);
        }
    }

    @Test
    void aYesBeginsTheCountAnew() {
        for (int i = 0; i < 2; i++) {
            a.decide(ask(a, publish()).id(), NO);
        }
        a.decide(ask(a, publish()).id(), YES);
        assertThat(ask(b, publish()).attempt()).isOne();
    }

    @Test
    void nosAreForgottenAfterTheTimeForWhichDecisionsAreKept() throws Exception {
        ApprovalLimits limits = ApprovalLimits.defaults().withKeepFor(SHORT).withMaxRequests(1);
        ApprovalStore store = store(limits);
        String id = ask(store, publish()).id();
        store.decide(id, NO);
        assertThat(store.request(publish())).isInstanceOf(ApprovalAdmission.TooOften.class);
        pass(LONGER);
        assertThat(store.find(id)).isEmpty();
        assertThat(store.history(ApprovalPage.Request.of(ApprovalFilter.all(), 10))
                        .records())
                .isEmpty();
        assertThat(store.request(publish())).isInstanceOf(ApprovalAdmission.Admitted.class);
    }

    @Test
    void moreThanMayWaitAreNotTakenAndATenantHasAPartOnly() {
        ApprovalStore store = store(ApprovalLimits.defaults().withMaxPending(3, 2));
        String first = ask(store, publish()).id();
        ask(store, publish());
        assertThat(store.request(publish())).isEqualTo(new ApprovalAdmission.Full(2));
        ask(store, publish().by(BOB));
        assertThat(store.request(publish().by(BOB))).isEqualTo(new ApprovalAdmission.Full(3));
        assertThat(store.request(publish().approvedAtOnce(true))).isInstanceOf(ApprovalAdmission.Admitted.class);
        store.decide(first, YES);
        assertThat(store.request(publish())).isInstanceOf(ApprovalAdmission.Admitted.class);
    }

    @Test
    void theOldestDecisionsOfATenantGoBeyondTheLimit() {
        ApprovalStore store = store(ApprovalLimits.defaults().withMaxHistoryOfTenant(2));
        ApprovalRequest other = publish().by(BOB);
        store.decide(ask(store, other).id(), YES);
        List<String> decided = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            decided.add(ask(store, publish()).id());
            store.decide(decided.get(i), YES);
        }
        assertThat(ids(store.history(ApprovalPage.Request.of(ApprovalFilter.all(), 10))
                        .records()))
                .containsExactly(decided.get(3), decided.get(2), other.id());
        assertThat(store.find(decided.get(1))).isEmpty();
    }

    @Test
    void pagesHaveEachRequestOnceInTheirOrder() {
        List<String> asked = new ArrayList<>();
        Set<String> mine = new HashSet<>();
        for (int i = 0; i < 25; i++) {
            ApprovalRequest request =
                    ApprovalRequest.of(i % 2 == 0 ? "publish" : "delete", "?").by(i % 5 == 0 ? ANN : BOB);
            asked.add(ask(a, request).id());
            if (i % 10 == 0) {
                mine.add(request.id());
            }
        }
        assertThat(all(ApprovalFilter.all(), false)).isEqualTo(asked);
        assertThat(all(ApprovalFilter.of(ANN), false)).hasSize(5);
        assertThat(all(ApprovalFilter.all().operation("delete"), false)).hasSize(12);
        assertThat(all(ApprovalFilter.of(ANN).operation("publish"), false)).containsExactlyInAnyOrderElementsOf(mine);
        List<String> latestFirst = new ArrayList<>();
        for (String id : asked) {
            b.decide(id, YES);
            latestFirst.add(0, id);
        }
        assertThat(all(ApprovalFilter.all(), false)).isEmpty();
        assertThat(all(ApprovalFilter.all(), true)).isEqualTo(latestFirst);
        assertThat(all(ApprovalFilter.of(ANN).operation("publish"), true)).containsExactlyInAnyOrderElementsOf(mine);
    }

    private List<String> all(ApprovalFilter filter, boolean history) {
        List<String> found = new ArrayList<>();
        Optional<ApprovalPage.Request> next = Optional.of(ApprovalPage.Request.of(filter, 4));
        while (next.isPresent()) {
            ApprovalPage page = history ? a.history(next.get()) : a.pending(next.get());
            assertThat(page.records()).hasSizeLessThanOrEqualTo(4);
            found.addAll(ids(page.records()));
            next = page.next();
        }
        return found;
    }

    @Test
    void aClassOfOperationsIsDecidedTogetherAndNothingElseIs() {
        ApprovalRecord one = ask(a, publish());
        ApprovalRecord two = ask(a, publish());
        ApprovalRecord bobs = ask(a, publish().by(BOB));
        ApprovalRecord other = ask(a, ApprovalRequest.of("delete", "?").by(ANN));
        List<ApprovalRecord> decided = b.decideAll(ApprovalFilter.of(ANN).operation("publish"), YES);
        assertThat(ids(decided)).containsExactly(one.id(), two.id());
        assertThat(decided).allMatch(record -> record.state() == ApprovalState.APPROVED);
        assertThat(a.find(one.id())).contains(decided.get(0));
        assertThat(all(ApprovalFilter.all(), false)).containsExactly(bobs.id(), other.id());
        assertThat(b.decideAll(ApprovalFilter.of(ANN).operation("publish"), NO)).isEmpty();
    }

    @Test
    void decisionsAreHeardOnEveryInstance() throws Exception {
        Set<String> onA = ConcurrentHashMap.newKeySet();
        Set<String> onB = ConcurrentHashMap.newKeySet();
        watches.add(a.watch(onA::add));
        watches.add(b.watch(onB::add));
        // who has only begun to listen hears nothing yet
        List<String> decided = new ArrayList<>();
        until(() -> {
            String id = ask(a, publish()).id();
            a.decide(id, YES);
            decided.add(id);
            return decided.stream().anyMatch(onA::contains) && decided.stream().anyMatch(onB::contains);
        });
        String timesOut = ask(a, publish().timeout(SHORT)).id();
        String erased = ask(b, publish().by(BOB)).id();
        pass(LONGER);
        b.find(timesOut);
        b.erase(BOB);
        until(() -> onA.containsAll(List.of(timesOut, erased)) && onB.containsAll(List.of(timesOut, erased)));
        watches.get(0).close();
        onA.clear();
        String last = ask(b, publish()).id();
        b.decide(last, YES);
        until(() -> onB.contains(last));
        assertThat(onA).doesNotContain(last);
    }

    @Test
    void erasingATenantTakesAllOfItAndNothingElse() {
        String bobs = ask(a, publish().by(BOB)).id();
        String hosts = ask(a, ApprovalRequest.of("publish", "?")).id();
        List<String> mine = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            mine.add(ask(a, publish()).id());
            a.decide(mine.get(i), NO);
        }
        assertThat(a.request(publish())).isInstanceOf(ApprovalAdmission.TooOften.class);
        mine.add(ask(a, publish().session(SessionKey.of("ann", "s"))).id());
        assertThat(b.erase(ANN).records()).isEqualTo(4);
        assertThat(a.states(mine)).isEmpty();
        assertThat(all(ApprovalFilter.of(ANN), true)).isEmpty();
        assertThat(all(ApprovalFilter.all(), false)).containsExactly(bobs, hosts);
        assertThat(a.erase(ANN).records()).isZero();
        assertThat(ask(a, publish()).attempt()).as("nos are forgotten, too").isOne();
    }

    /** Two instances and the deadline at once: each request has one winner, and the others are told of it. */
    @Test
    void ofAYesANoAndTheDeadlineOneWins() throws Exception {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        Set<ApprovalState> winners = new HashSet<>();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            var barrier = new CyclicBarrier(2);
            for (int i = 0; i < races(); i++) {
                ApprovalRecord asked = ask(a, publish().subject("race " + i).timeout(ofMillis(1 + random.nextInt(3))));
                long late = random.nextInt(3_000_000);
                Future<ApprovalDecision> yes = threads.submit(() -> {
                    barrier.await(GUARD_SECONDS, TimeUnit.SECONDS);
                    pass(Duration.ofNanos(late));
                    return a.decide(asked.id(), YES);
                });
                Future<ApprovalDecision> no = threads.submit(() -> {
                    barrier.await(GUARD_SECONDS, TimeUnit.SECONDS);
                    pass(Duration.ofNanos(late / 2));
                    return b.decide(asked.id(), NO);
                });
                ApprovalDecision first = yes.get(GUARD_SECONDS, TimeUnit.SECONDS);
                ApprovalDecision second = no.get(GUARD_SECONDS, TimeUnit.SECONDS);
                ApprovalRecord end = b.find(asked.id()).orElseThrow();
                assertThat(first.isDecided() && second.isDecided())
                        .as("seed %s, race %s: %s and %s", seed, i, first, second)
                        .isFalse();
                assertThat(first.isDecided() || second.isDecided())
                        .as("seed %s, race %s: %s", seed, i, end)
                        .isEqualTo(end.state() != ApprovalState.TIMED_OUT);
                for (ApprovalDecision each : List.of(first, second)) {
                    assertThat(each.optional()).as("seed %s, race %s", seed, i).contains(end);
                }
                winners.add(end.state());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(winners)
                .as("seed %s: every way to end was met", seed)
                .contains(ApprovalState.APPROVED, ApprovalState.REJECTED, ApprovalState.TIMED_OUT);
    }

    @Test
    void whatIsOutOfRangeIsRefusedWithRuleAndValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> publish().id("two words"))
                .withMessageContaining("no space");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> publish().timeout(Duration.ZERO))
                .withMessageContaining("was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> publish().details("x".repeat(ApprovalRequest.MAX_DETAILS + 1)))
                .withMessageContaining("had 16385");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ApprovalVerdict.approve(""))
                .withMessageContaining("by must have 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.states(java.util.Collections.nCopies(1_001, "x")))
                .withMessageContaining("were 1001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ApprovalPage.Request.of(ApprovalFilter.all(), 0))
                .withMessageContaining("was 0");
        assertThat(publish().details("secret").toString()).doesNotContain("secret", "ann", "Publish");
    }

    protected static void until(BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GUARD_SECONDS);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited too long").isNegative();
            Thread.sleep(2);
        }
    }
}
