package dev.mneme.memory.redis;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.redis.RedisGate.Urgency;
import dev.mneme.resilience.CircuitBreaker;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which calls are let through, and which are refused at once. */
class RedisGateTest {

    private static final Duration PATIENCE = ofMillis(25);

    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final RedisGate gate = new RedisGate(time::get, PATIENCE);
    private final List<Throwable> told = new ArrayList<>();

    @SuppressWarnings("unchecked")
    private static RedisClusterAsyncCommands<String, byte[]> connection() {
        return (RedisClusterAsyncCommands<String, byte[]>) Proxy.newProxyInstance(
                RedisGateTest.class.getClassLoader(), new Class<?>[] {RedisClusterAsyncCommands.class}, (p, m, a) -> {
                    throw new AssertionError("the gate itself asks nothing");
                });
    }

    private void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
    }

    /** Connects, and lets a probe tell that the server is well. */
    private void comesBack() throws Exception {
        gate.connected(connection());
        pass(ofSeconds(2));
        gate.breaker().call(() -> "PONG");
    }

    private CompletableFuture<String> ask(Urgency urgency) {
        var answer = new CompletableFuture<String>();
        CompletableFuture<String> given = gate.call(urgency, commands -> answer).toCompletableFuture();
        return given.isCompletedExceptionally() ? given : answer;
    }

    private static void assertRefused(CompletableFuture<String> call, String why) {
        assertThat(call).isCompletedExceptionally();
        assertThatThrownBy(call::join)
                .hasCauseInstanceOf(RedisGate.Refused.class)
                .hasRootCauseMessage(why);
    }

    /** Asks until one is refused; those that were let through. */
    private List<CompletableFuture<String>> fill() {
        var let = new ArrayList<CompletableFuture<String>>();
        for (CompletableFuture<String> call = ask(Urgency.IMPATIENT);
                !call.isCompletedExceptionally();
                call = ask(Urgency.IMPATIENT)) {
            let.add(call);
            assertThat(let).hasSizeLessThanOrEqualTo(RedisGate.MAX_IN_FLIGHT);
        }
        return let;
    }

    @Test
    void nothingIsLetThroughBeforeAProbeHasSucceeded() throws Exception {
        assertRefused(ask(Urgency.PATIENT), "Redis is away");
        gate.connected(connection());
        assertRefused(ask(Urgency.PATIENT), "Redis is away");
        assertThat(gate.isOpen()).isFalse();
        comesBack();
        assertThat(gate.isOpen()).isTrue();
        assertThat(ask(Urgency.PATIENT)).isNotDone();
        assertThat(gate.made()).isEqualTo(1);
        assertThat(gate.refused()).isEqualTo(2);
    }

    @Test
    void afterAReturnFewCallsAreLetThroughAndTwiceAsManyWithEachSuccess() throws Exception {
        comesBack();
        int before = 0;
        for (int allowed : new int[] {128, 256, 512, 1_024, 1_024}) {
            List<CompletableFuture<String>> let = fill();
            assertThat(before + let.size()).isEqualTo(allowed);
            assertThat(gate.inFlight()).isEqualTo(allowed);
            assertRefused(ask(Urgency.IMPATIENT), "too many calls to Redis are under way");
            let.get(0).complete("");
            before = allowed - 1;
        }
    }

    @Test
    void whatHasNoAlternativeIsNotHeldBackAfterAReturnButBoundedToo() throws Exception {
        comesBack();
        for (int i = 0; i < RedisGate.MAX_IN_FLIGHT; i++) {
            assertThat(ask(Urgency.PATIENT)).isNotDone();
        }
        assertRefused(ask(Urgency.PATIENT), "too many calls to Redis are under way");
        assertRefused(ask(Urgency.IMPATIENT), "too many calls to Redis are under way");
    }

    @Test
    void aCallToManySlotsIsLetThroughIfThereIsRoomForOneAndCountsAsMany() throws Exception {
        comesBack();
        var many = new CompletableFuture<String>();
        gate.call(Urgency.IMPATIENT, 128, commands -> many);
        assertThat(gate.inFlight()).isEqualTo(128);
        assertRefused(ask(Urgency.IMPATIENT), "too many calls to Redis are under way");
        many.complete("");
        assertThat(gate.inFlight()).isZero();
        assertThat(gate.made()).isEqualTo(128);
        assertThat(fill()).hasSize(256);
    }

    @Test
    void aCallThatFailsIsNoReasonToLetMoreThrough() throws Exception {
        comesBack();
        List<CompletableFuture<String>> let = fill();
        let.get(0).completeExceptionally(new RedisCommandExecutionException("OOM command not allowed"));
        assertThat(gate.inFlight()).isEqualTo(127);
        assertThat(fill()).hasSize(1);
        assertThat(gate.isOpen()).as("an error is an answer").isTrue();
    }

    @Test
    void oneCallThatIsNotAnsweredInTimeRefusesAllOthersAndTheRampBeginsAnew() throws Exception {
        gate.onFailure(told::add);
        comesBack();
        List<CompletableFuture<String>> let = fill();
        let.get(0).complete("");
        let.get(1).completeExceptionally(new RedisCommandTimeoutException("late"));
        assertThat(gate.breaker().state()).isNotEqualTo(CircuitBreaker.State.CLOSED);
        assertRefused(ask(Urgency.PATIENT), "Redis is away");
        assertThat(told).hasSize(1);

        let.subList(2, let.size()).forEach(call -> call.complete("late, but an answer"));
        assertThat(gate.inFlight()).isZero();
        gate.disconnected();
        comesBack();
        assertThat(fill()).hasSize(128);
    }

    @Test
    void aFailureFromBeforeTheReturnSaysNothingOfTheTimeAfterIt() throws Exception {
        comesBack();
        CompletableFuture<String> old = ask(Urgency.PATIENT);
        gate.disconnected();
        comesBack();
        old.completeExceptionally(new RedisCommandTimeoutException("late"));
        assertThat(gate.isOpen()).isTrue();
    }

    @Test
    void aServerThatHangsIsLeftToThoseWhoHaveNoAlternative() throws Exception {
        comesBack();
        CompletableFuture<String> first = ask(Urgency.IMPATIENT);
        pass(PATIENCE);
        assertThat(ask(Urgency.IMPATIENT)).isNotDone();
        pass(Duration.ofNanos(1));
        assertRefused(ask(Urgency.IMPATIENT), "Redis does not answer");
        CompletableFuture<String> patient = ask(Urgency.PATIENT);
        assertThat(patient).isNotDone();
        assertThat(gate.isOpen()).isTrue();
        first.complete("");
        assertThat(ask(Urgency.IMPATIENT)).isNotDone();
    }

    @Test
    void aServerThatWasAskedNothingDoesNotHang() throws Exception {
        comesBack();
        ask(Urgency.IMPATIENT).complete("");
        pass(ofSeconds(100));
        assertThat(ask(Urgency.IMPATIENT)).isNotDone();
    }

    @Test
    void aCallThatCannotEvenBeMadeCountsAsOver() throws Exception {
        comesBack();
        CompletableFuture<Object> call = gate.call(Urgency.PATIENT, commands -> {
                    throw new IllegalStateException("not made");
                })
                .toCompletableFuture();
        assertThatThrownBy(call::join).hasRootCauseMessage("not made");
        assertThat(gate.inFlight()).isZero();
    }
}
