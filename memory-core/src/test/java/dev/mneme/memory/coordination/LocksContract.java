package dev.mneme.memory.coordination;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.coordination.LockNotAcquiredException.Reason;
import dev.mneme.memory.coordination.spi.LeaseStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What locks promise, wherever their leases are kept. */
public abstract class LocksContract extends CoordinationFixture {

    private static final Duration LONG = ofSeconds(60);
    private static final Duration SHORT = ofSeconds(1);

    @Test
    void aLockIsHeldByOneAtATime() {
        Lease first = a.locks.acquire("job", LONG, ZERO);

        for (Node node : List.of(a, b)) {
            LockAttempt second = node.locks.tryAcquire("job", LONG);
            assertThat(second).isInstanceOf(LockAttempt.Held.class);
            assertThat(((LockAttempt.Held) second).leaseLeft()).isPositive().isLessThanOrEqualTo(LONG);
        }
        assertThat(first.isHeld()).isTrue();
        first.close();
        assertThat(first.isHeld()).isFalse();
        b.locks.acquire("job", LONG, ZERO).close();
    }

    @Test
    void everyHolderHasAGreaterTokenThanTheOneBefore() {
        long last = 0;
        for (int i = 0; i < 20; i++) {
            try (Lease lease = (i % 2 == 0 ? a : b).locks.acquire("job", LONG, ZERO)) {
                assertThat(lease.fencingToken()).isGreaterThan(last);
                last = lease.fencingToken();
            }
        }
    }

    @Test
    void namesThatLookAlikeAreDifferentLocks() {
        for (String name : List.of("1:2", "12", "1_2", "{1}", "1", " 1", "é", "e\u0301", "%3A", ":", "*")) {
            assertThat(a.locks.tryAcquire(name, LONG).optional()).as(name).isPresent();
        }
    }

    @Test
    void whoWaitsGetsTheLockWhenItIsFree() throws Exception {
        Lease first = a.locks.acquire("job", LONG, ZERO);
        Future<Lease> waiting = inBackground(() -> b.locks.acquire("job", LONG, LONG));
        assertThat(waiting.isDone()).isFalse();
        first.close();

        assertThat(await(waiting).fencingToken()).isGreaterThan(first.fencingToken());
    }

    @Test
    void whoDoesNotGetItInTimeIsToldWhy() throws Exception {
        a.locks.acquire("job", LONG, ZERO);

        assertThatThrownBy(() -> b.locks.acquire("job", LONG, ZERO))
                .isInstanceOfSatisfying(
                        LockNotAcquiredException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.HELD));
        Future<Lease> waiting = inBackground(() -> b.locks.acquire("job", LONG, ofMillis(300)));
        passUntilDone(waiting);
        assertThatThrownBy(() -> await(waiting)).hasCauseInstanceOf(LockNotAcquiredException.class);
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() throws Exception {
        a.locks.acquire("job", LONG, ZERO);
        var entered = new CountDownLatch(1);
        Future<Boolean> waiting = inBackground(() -> {
            Thread.currentThread().interrupt();
            entered.countDown();
            assertThatThrownBy(() -> b.locks.acquire("job", LONG, LONG))
                    .isInstanceOfSatisfying(
                            LockNotAcquiredException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));
            return Thread.interrupted();
        });
        assertThat(entered.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(await(waiting)).isTrue();
    }

    @Test
    void aHolderStoppedPastItsLeaseHasItsFencedWriteRefused() throws Exception {
        var resource = new FencedResource();
        var lost = new CountDownLatch(1);
        Lease first = a.locks.acquire("job", SHORT, ZERO);
        first.onLoss(lost::countDown);
        assertThat(resource.write(first.fencingToken())).isTrue();

        a.way.cut();
        pass(SHORT.plusMillis(100));
        Lease second = b.locks.acquire("job", LONG, LONG);
        assertThat(resource.write(second.fencingToken())).isTrue();
        assertThat(resource.write(first.fencingToken())).isFalse();

        a.way.heal();
        assertThat(first.isHeld()).isFalse();
        assertThat(lost.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        first.close();
        assertThat(second.isHeld()).isTrue();
        assertThat(a.locks.tryAcquire("job", LONG))
                .as("what was lost gives nothing free")
                .isInstanceOf(LockAttempt.Held.class);
    }

    @Test
    void lossIsToldAtOnceToWhoAsksLateAndNeverAfterAClose() throws Exception {
        var told = new CountDownLatch(1);
        var never = new AtomicInteger();
        Lease closed = a.locks.acquire("one", SHORT, ZERO);
        closed.onLoss(never::incrementAndGet);
        closed.close();
        closed.onLoss(never::incrementAndGet);
        Lease lost = a.locks.acquire("two", SHORT, ZERO);
        a.way.cut();
        pass(SHORT.plusMillis(100));

        assertThat(lost.isHeld()).isFalse();
        lost.onLoss(told::countDown);
        assertThat(told.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(never).hasValue(0);
    }

    @Test
    void aStoreThatIsAwayIsToldAtOnceAndIsNoReasonToWait() {
        b.way.cut();

        assertThat(b.locks.tryAcquire("job", LONG)).isInstanceOf(LockAttempt.Unreachable.class);
        assertThatThrownBy(() -> b.locks.acquire("job", LONG, ofSeconds(3_600)))
                .isInstanceOfSatisfying(
                        LockNotAcquiredException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));
        b.way.heal();
        assertThat(b.locks.tryAcquire("job", LONG).optional()).isPresent();
    }

    @Test
    void anInstanceThatEndsGivesFreeWhatItHeld() {
        a.locks.acquire("job", LONG, ZERO);
        a.coordination.close();

        assertThat(b.locks.tryAcquire("job", LONG).optional()).isPresent();
    }

    @Test
    void manyThreadsOfTwoInstancesAreInsideOneAtATime() throws Exception {
        List<Long> tokens = new ArrayList<>(); // written by whoever holds the lock
        var inside = new AtomicInteger();
        List<Future<Boolean>> all = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            Node node = t % 2 == 0 ? a : b;
            all.add(inBackground(() -> {
                for (int i = 0; i < 10; i++) {
                    try (Lease lease = node.locks.acquire("job", LONG, LONG)) {
                        assertThat(inside.incrementAndGet()).isEqualTo(1);
                        tokens.add(lease.fencingToken());
                        inside.decrementAndGet();
                    }
                }
                return true;
            }));
        }
        for (Future<Boolean> one : all) {
            assertThat(await(one)).isTrue();
        }
        assertThat(tokens).hasSize(60).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aStoreKnowsOwnersApartAndGivesOneThatAsksAgainTheSameToken() {
        LeaseStore leases = store().leases("kit");
        String owner = LeasedLocks.owner();
        String another = LeasedLocks.owner();
        LeaseStore.Grant granted = leases.acquire("x", owner, LONG);

        assertThat(leases.acquire("x", owner, LONG)).isEqualTo(granted);
        assertThat(leases.renew("x", another, LONG)).isFalse();
        leases.release("x", another);
        assertThat(leases.renew("x", owner, LONG)).isTrue();
        assertThat(leases.acquire("x", another, LONG)).isInstanceOf(LeaseStore.Grant.Held.class);
        leases.release("x", owner);
        assertThat(leases.renew("x", owner, LONG)).isFalse();
        assertThat(leases.acquire("x", another, LONG)).isInstanceOf(LeaseStore.Grant.Granted.class);
    }

    @Test
    void badArgumentsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.locks.tryAcquire("", LONG))
                .withMessage("a lock's name must have 1 to 256 characters, had 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.locks.tryAcquire("x", ofMillis(99)))
                .withMessage("a lease must be PT0.1S to PT24H, was PT0.099S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> a.locks.acquire("x", LONG, ofMillis(-1)))
                .withMessage("wait must be zero to PT24H, was PT-0.001S");
    }
}
