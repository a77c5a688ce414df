package dev.mneme.memory.qdrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Interaction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A socket that takes connections and never answers: the operating system does, for a listener that accepts none. */
@Timeout(120)
class SilentServerTest {

    private static final AgentKey KEY = AgentKey.of("user-42", "planner");

    private final HashingEmbedder embedder = HashingEmbedder.ofDimensions(64);
    private ServerSocket socket;

    @BeforeEach
    void listen() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void end() throws IOException {
        socket.close();
    }

    private QdrantContextStore open(Duration deadline) {
        return QdrantContextStore.connect(
                QdrantOptions.of("127.0.0.1", socket.getLocalPort()).deadline(deadline), embedder);
    }

    @Test
    void connectReturnsAndEachCallEndsAtItsDeadline() throws InterruptedException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (QdrantContextStore store = open(Duration.ofMillis(200))) {
            AgentContext agent = store.agent(KEY);
            List<ThrowingCallable> calls = List.of(
                    () -> agent.find("a"),
                    () -> agent.search(ContextQuery.text("payment")),
                    () -> agent.count(),
                    () -> agent.add(Interaction.of("a", "payment")),
                    () -> agent.delete("a"),
                    () -> agent.clear(),
                    () -> store.erase(KEY.tenant()),
                    () -> store.health().check());
            assertThat(calls)
                    .allSatisfy(call -> assertThatThrownBy(call)
                            .isInstanceOf(ContextStoreException.class)
                            .hasMessageContaining("qdrant at 127.0.0.1:"));
        }
        assertNoThreadIsLeft(before);
    }

    @Test
    void anInterruptEndsTheOpeningAndIsKept() throws Exception {
        var failure = new CompletableFuture<Throwable>();
        var interrupted = new CompletableFuture<Boolean>();
        var caller = new Thread(() -> {
            try {
                open(Duration.ofMinutes(10)).close();
                failure.completeExceptionally(new AssertionError("it was opened"));
            } catch (ContextStoreException e) {
                failure.complete(e);
            }
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        caller.start();
        waitUntilItWaits(caller);
        caller.interrupt();

        assertThat(failure.get(60, TimeUnit.SECONDS)).hasMessageContaining("interrupted");
        assertThat(interrupted.get(60, TimeUnit.SECONDS)).isTrue();
    }

    private static void waitUntilItWaits(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** The client's threads end a moment after their channel, which none waits for. */
    private static void assertNoThreadIsLeft(Set<Thread> before) throws InterruptedException {
        Set<String> left;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        do {
            left = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> !before.contains(thread))
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("grpc") || name.startsWith("mneme"))
                    .collect(Collectors.toSet());
            TimeUnit.MILLISECONDS.sleep(20);
        } while (!left.isEmpty() && System.nanoTime() < end);
        assertThat(left).isEmpty();
    }
}
