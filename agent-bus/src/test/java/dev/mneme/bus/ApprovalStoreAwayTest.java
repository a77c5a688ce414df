package dev.mneme.bus;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.coordination.ApprovalAdmission;
import dev.mneme.memory.coordination.ApprovalDecision;
import dev.mneme.memory.coordination.ApprovalFilter;
import dev.mneme.memory.coordination.ApprovalPage;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRequest;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.memory.coordination.ApprovalState;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.ApprovalVerdict;
import dev.mneme.memory.coordination.UnreachableException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What waits for an approval when the store cannot be reached, or is not heard. */
class ApprovalStoreAwayTest {

    private static final Submit HOW = Submit.by(Tenant.of("anna"));

    /** A store behind a way that may be cut, and that carries no word of decisions. */
    private static final class DeafStore implements ApprovalStore {

        private final ApprovalStore store = ApprovalStore.inProcess(() -> 0);
        private boolean cut;

        private ApprovalStore way() {
            if (cut) {
                throw new UnreachableException("cut off");
            }
            return store;
        }

        @Override
        public ApprovalAdmission request(ApprovalRequest request) {
            return way().request(request);
        }

        @Override
        public ApprovalDecision decide(String id, ApprovalVerdict verdict) {
            return way().decide(id, verdict);
        }

        @Override
        public ApprovalDecision decide(Tenant tenant, String id, ApprovalVerdict verdict) {
            return way().decide(tenant, id, verdict);
        }

        @Override
        public List<ApprovalRecord> decideAll(ApprovalFilter filter, ApprovalVerdict verdict) {
            return way().decideAll(filter, verdict);
        }

        @Override
        public ApprovalDecision withdraw(String id) {
            return way().withdraw(id);
        }

        @Override
        public Optional<ApprovalRecord> find(String id) {
            return way().find(id);
        }

        @Override
        public Map<String, ApprovalState> states(Collection<String> ids) {
            return way().states(ids);
        }

        @Override
        public ApprovalPage pending(ApprovalPage.Request request) {
            return way().pending(request);
        }

        @Override
        public ApprovalPage history(ApprovalPage.Request request) {
            return way().history(request);
        }

        @Override
        public Watch watch(Consumer<? super String> listener) {
            return () -> {};
        }

        @Override
        public ErasureReceipt erase(Tenant tenant) {
            return way().erase(tenant);
        }
    }

    private final DeafStore store = new DeafStore();
    private final TestBus test =
            TestBus.seeded(3, bus -> bus.context(ContextCarrier.none()).approvals(ApprovalSettings.on(store)));

    private TaskHandle<ApprovalRecord> ask(Approval approval) {
        return test.bus().approvals().request(approval, HOW).orThrow();
    }

    @Test
    void aDecisionThatWasNotHeardIsFoundSoon() {
        TaskHandle<ApprovalRecord> asked = ask(Approval.of("?"));
        test.run();
        store.store.decide(asked.id(), ApprovalVerdict.approve("bob"));
        test.run();
        assertThat(asked.status()).isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
        test.advance(ofSeconds(2));
        assertThat(asked.awaitOutcome(Duration.ZERO).orElseThrow().get().decidedBy())
                .isEqualTo("bob");
    }

    @Test
    void aRequestIsMadeWhenTheStoreIsBack() {
        store.cut = true;
        TaskHandle<ApprovalRecord> asked = ask(Approval.of("?"));
        test.advance(ofSeconds(30));
        assertThat(asked.status()).isEqualTo(TaskStatus.QUEUED);
        store.cut = false;
        test.advance(ofSeconds(1));
        assertThat(asked.status()).isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
    }

    @Test
    void whatCouldNotBeAskedInItsTimeTimesOut() {
        store.cut = true;
        TaskHandle<ApprovalRecord> asked = ask(Approval.of("?"));
        test.advance(ofMinutes(5).plusSeconds(1));
        assertThat(asked.status()).isEqualTo(TaskStatus.TIMED_OUT);
        assertThat(test.bus().approvals().numbers().waiting()).isZero();
    }

    @Test
    void whatNeedsNobodysAnswerDoesNotWaitForTheStore() {
        store.cut = true;
        TaskHandle<ApprovalRecord> asked = ask(Approval.of("?").risk(ApprovalRisk.LOW));
        test.run();
        assertThat(asked.status()).isEqualTo(TaskStatus.COMPLETED);
    }

    @Test
    void aDecisionMadeWhileTheStoreWasAwayIsFollowedWhenItIsBack() {
        TaskHandle<ApprovalRecord> asked = ask(Approval.of("?").timeout(ofMinutes(1)));
        test.run();
        store.store.decide(asked.id(), ApprovalVerdict.approve("bob"));
        store.cut = true;
        test.advance(ofMinutes(3));
        assertThat(asked.status()).as("nobody knows").isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
        store.cut = false;
        test.advance(ofSeconds(2));
        assertThat(asked.awaitOutcome(Duration.ZERO).orElseThrow().get().decidedBy())
                .isEqualTo("bob");
    }

    @Test
    void whileTheStoreIsAwayNobodyWaitsBeyondTheDeadline() {
        TaskHandle<ApprovalRecord> asked = test.bus()
                .approvals()
                .request(Approval.of("?"), HOW.deadline(ofSeconds(90)))
                .orThrow();
        test.run();
        store.cut = true;
        test.advance(ofSeconds(95));
        assertThat(asked.status()).isEqualTo(TaskStatus.TIMED_OUT);
        assertThat(store.store.find(asked.id()).orElseThrow().state()).isEqualTo(ApprovalState.PENDING);
    }

    @Test
    void aStoreWhoseClockIsBehindIsAskedAgain() {
        TaskHandle<ApprovalRecord> asked = ask(Approval.of("?").timeout(ofSeconds(10)));
        test.advance(ofSeconds(30));
        assertThat(asked.status()).as("the store says there is time").isEqualTo(TaskStatus.WAITING_FOR_APPROVAL);
        store.store.decide(asked.id(), ApprovalVerdict.reject("bob", ""));
        test.advance(ofSeconds(1));
        assertThat(asked.status().detail()).isEqualTo(TaskDetail.NOT_APPROVED);
    }

    @Test
    void whatWasErasedIsNotApproved() {
        TaskHandle<ApprovalRecord> asked = ask(Approval.of("?"));
        test.run();
        store.store.erase(Tenant.of("anna"));
        test.advance(ofSeconds(2));
        assertThat(asked.status().detail()).isEqualTo(TaskDetail.NOT_APPROVED);
    }
}
