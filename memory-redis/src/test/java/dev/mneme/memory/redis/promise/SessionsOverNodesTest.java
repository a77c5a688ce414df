package dev.mneme.memory.redis.promise;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.memory.coordination.Admission;
import dev.mneme.memory.coordination.Lease;
import dev.mneme.memory.coordination.RequestAttempt;
import dev.mneme.memory.coordination.Session;
import dev.mneme.memory.coordination.SessionRegistry;
import dev.mneme.memory.coordination.SessionState;
import dev.mneme.memory.coordination.SessionUpdate;
import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions and locks of several instances, one of which may be stopped, and a server that may lose all. */
@Timeout(180)
class SessionsOverNodesTest {

    private static final SessionKey ANN = SessionKey.of("ann", "s");
    private static final int PLACES = 1_000;

    private final RedisServer server = RedisServer.start();
    private final List<HostNode> nodes = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(16);

    @AfterEach
    void close() {
        threads.shutdownNow();
        nodes.forEach(HostNode::close);
        server.close();
    }

    private HostNode node() {
        var node = new HostNode(server.uri()).settled();
        nodes.add(node);
        return node;
    }

    @Test
    void ofFiveThousandOpensOnFourNodesAThousandAreAdmitted() throws Exception {
        List<SessionRegistry> registries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            registries.add(node().memory
                    .sessions("voice")
                    .maxConcurrentSessions(PLACES)
                    .build());
        }
        Queue<SessionKey> admitted = new ConcurrentLinkedQueue<>();
        openAll(registries, "first", 5_000, admitted);
        assertThat(admitted).hasSize(PLACES);
        assertThat(registries.get(0).count()).isEqualTo(PLACES);

        List<Future<?>> closed = new ArrayList<>();
        admitted.forEach(key -> closed.add(
                threads.submit(() -> registries.get(key.hashCode() & 3).close(key))));
        for (Future<?> each : closed) {
            each.get(60, TimeUnit.SECONDS);
        }
        Queue<SessionKey> later = new ConcurrentLinkedQueue<>();
        openAll(registries, "later", PLACES, later);
        assertThat(later).as("all that were opened after the closes").hasSize(PLACES);
        assertThat(registries.get(3).open(ANN)).isEqualTo(new Admission.Full(PLACES, false));
    }

    private void openAll(List<SessionRegistry> registries, String tenant, int number, Queue<SessionKey> admitted)
            throws Exception {
        List<Future<?>> opens = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            SessionKey key = SessionKey.of(tenant, "s" + i);
            SessionRegistry registry = registries.get(i % registries.size());
            opens.add(threads.submit(() -> {
                Admission admission = registry.open(key);
                assertThat(admission.fold(Session::degraded, Admission.Full::degraded))
                        .isFalse();
                admission.optional().ifPresent(session -> admitted.add(key));
            }));
        }
        for (Future<?> open : opens) {
            open.get(120, TimeUnit.SECONDS);
        }
    }

    @Test
    void aServerThatLostAllLearnsOfLiveSessionsFromWhoTouchesThem() {
        SessionRegistry one = node().memory.sessions("chat").build();
        SessionRegistry other = node().memory.sessions("chat").build();
        one.open(ANN, Map.of("lang", "ru"));
        one.touch(ANN, 3);
        Session before = other.find(ANN).orElseThrow();
        other.open(SessionKey.of("bob", "s"));
        other.close(SessionKey.of("bob", "s"));
        server.restart();
        nodes.forEach(HostNode::settled);

        Session after = one.touch(ANN, 1).orElseThrow();
        assertThat(after.degraded()).isFalse();
        assertThat(after.turns()).isEqualTo(4);
        assertThat(after.data()).isEqualTo(before.data());
        assertThat(after.version()).isGreaterThan(before.version());
        assertThat(other.find(ANN)).contains(after);
        assertThat(other.find(SessionKey.of("bob", "s")))
                .as("what ended stays ended")
                .isEmpty();
        assertThat(one.count()).isEqualTo(1);
    }

    @Test
    void tokensGrowThoughTheServerLostAll() {
        HostNode node = node();
        long before;
        try (Lease lease = node.memory.locks().acquire("job", ofSeconds(60), ZERO)) {
            before = lease.fencingToken();
        }
        server.restart();
        node.settled();
        try (Lease lease = node.memory.locks().acquire("job", ofSeconds(60), ZERO)) {
            assertThat(lease.fencingToken()).isGreaterThan(before);
        }
    }

    @Test
    void sessionsGoOnWithoutTheServerAndAreEnteredWhenItIsBackEmpty() {
        SessionRegistry one = node().memory.sessions("chat").localLimit(1).build();
        one.open(ANN);
        server.kill();
        HostNode.until(
                "the loss was noticed", () -> one.touch(ANN).orElseThrow().degraded());
        SessionKey bob = SessionKey.of("bob", "s");
        assertThat(one.open(bob).optional().orElseThrow().degraded()).isTrue();
        assertThat(one.open(SessionKey.of("eve", "s"))).isEqualTo(new Admission.Full(1, true));
        assertThat(nodes.get(0).memory.locks().tryAcquire("job", ofSeconds(60)).optional())
                .isEmpty();

        server.restart();
        nodes.get(0).settled();
        SessionRegistry other = node().memory.sessions("chat").build();
        HostNode.until("both are entered", () -> other.count() == 2);
        assertThat(one.find(ANN).orElseThrow().degraded()).isFalse();
        assertThat(other.find(bob).orElseThrow().state()).isEqualTo(SessionState.ACTIVE);
    }

    @Test
    void aLeaseIsRenewedWhileItsHolderLives() {
        HostNode node = node();
        Lease lease = node.memory.locks().acquire("job", ofSeconds(6), ZERO);
        String key = "mneme:{default:lock:job}:l";
        HostNode.until("a third has passed", () -> (Long) ttl(key) < 4_500);
        HostNode.until("it was renewed", () -> (Long) ttl(key) > 5_000);
        assertThat(lease.isHeld()).isTrue();
        lease.close();
        assertThat((Long) ttl(key)).as("it is gone").isNegative();
    }

    private Object ttl(String key) {
        Object millis = server.command("PTTL", key);
        return millis == null ? -2L : millis;
    }

    @Test
    void aProcessStoppedInARequestHasItsWriteRefusedWhenItWakes() throws Exception {
        SessionRegistry here = registry(node());
        here.open(ANN);
        try (ChildJvm there = ChildJvm.start(Requester.class, server.uri())) {
            assertThat(there.line()).isEqualTo("begun");
            assertThat(here.beginRequest(ANN, ZERO)).isInstanceOf(RequestAttempt.Busy.class);
            there.pause();
            var begun = (RequestAttempt.Begun) here.beginRequest(ANN, ofSeconds(60));
            assertThat(here.update(ANN, begun.session().version(), Map.of("by", "here"), begun.lease())
                            .isUpdated())
                    .isTrue();
            there.resume();
            there.say("write");

            assertThat(there.line()).isEqualTo("Fenced, held: false");
            assertThat(begun.lease().isHeld()).isTrue();
            assertThat(here.find(ANN).orElseThrow().data()).containsEntry("by", "here");
        }
    }

    private static SessionRegistry registry(HostNode node) {
        return node.memory.sessions("chat").requestLease(ofSeconds(2)).build();
    }

    /** The other process: begins a request, and writes when it is told to. */
    static final class Requester {

        public static void main(String... args) throws Exception {
            SessionRegistry registry = registry(new HostNode(args[0]).settled());
            var begun = (RequestAttempt.Begun) registry.beginRequest(ANN, ofSeconds(60));
            System.out.println("begun");
            System.in.read();
            long version = registry.find(ANN).orElseThrow().version();
            SessionUpdate update = registry.update(ANN, version, Map.of("by", "there"), begun.lease());
            System.out.println(update.getClass().getSimpleName() + ", held: "
                    + begun.lease().isHeld());
            System.exit(0);
        }

        private Requester() {}
    }
}
