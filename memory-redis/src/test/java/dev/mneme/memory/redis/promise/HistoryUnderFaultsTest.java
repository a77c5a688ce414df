package dev.mneme.memory.redis.promise;

import static dev.mneme.Privacy.NONE;
import static dev.mneme.Privacy.STORED;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.history.Appended;
import dev.mneme.memory.history.Cleared;
import dev.mneme.memory.history.ConversationHistory;
import dev.mneme.memory.history.HistoryBuilder;
import dev.mneme.memory.history.RecentTurns;
import dev.mneme.memory.history.RecentTurns.Source;
import dev.mneme.memory.history.Turn;
import dev.mneme.servers.FaultProxy;
import dev.mneme.servers.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Histories of two nodes, between which and their Redis all kinds of things go wrong. */
@Timeout(180)
class HistoryUnderFaultsTest {

    private static final SessionKey KEY = SessionKey.of("ann", "chat");

    private final RedisServer server = RedisServer.start();
    private final FaultProxy proxyOfA = FaultProxy.to(server);
    private final FaultProxy proxyOfB = FaultProxy.to(server);
    private final HostNode a = new HostNode(proxyOfA.uri());
    private final HostNode b = new HostNode(proxyOfB.uri());
    private final Map<SessionKey, List<Turn>> database = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        a.close();
        b.close();
        proxyOfA.close();
        proxyOfB.close();
        server.close();
    }

    private static HistoryBuilder history(HostNode node) {
        return node.memory.history("recent").maxTurns(1_000).timeout(ofSeconds(5));
    }

    private ConversationHistory loading(HostNode node) {
        return history(node)
                .loader((key, most) -> database.getOrDefault(key, List.of()))
                .build();
    }

    private static ConversationHistory plain(HostNode node) {
        return history(node).build();
    }

    private static Turn turn(String id) {
        return Turn.user(id, "text of " + id);
    }

    private static List<String> ids(List<Turn> turns) {
        return turns.stream().map(Turn::id).toList();
    }

    private void connected() {
        HostNode.until("both are connected", () -> a.redis.isReachable() && b.redis.isReachable());
    }

    private void cutA() {
        proxyOfA.cut();
        HostNode.until("A has noticed", () -> !a.redis.isReachable());
    }

    private static void settled(ConversationHistory history) {
        HostNode.until("nothing waits", () -> history.stats().pending() == 0);
    }

    @Test
    void ofEightWritersOnTwoNodesCutOffAtRandomNothingIsLostOrDoubledAndThereIsOneOrder() throws Exception {
        long seed = 42;
        int writers = 8;
        connected();
        List<ConversationHistory> histories = List.of(plain(a), plain(b));
        ExecutorService threads = Executors.newFixedThreadPool(writers + 2);
        try {
            var over = new AtomicBoolean();
            var written = new ArrayList<Future<Integer>>();
            var pending = new AtomicInteger();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                written.add(threads.submit(() -> {
                    int count = 0;
                    while (!over.get() && count < 110) {
                        Appended appended = histories.get(writer % 2).append(KEY, STORED, turn(writer + "-" + count));
                        assertThat(appended).isIn(Appended.STORED, Appended.REPEATED, Appended.PENDING);
                        if (appended == Appended.PENDING) {
                            pending.incrementAndGet();
                        }
                        count++;
                        Thread.sleep(20);
                    }
                    return count;
                }));
            }
            var seen = new ArrayList<Future<List<List<String>>>>();
            for (ConversationHistory history : histories) {
                seen.add(threads.submit(() -> {
                    var lists = new ArrayList<List<String>>();
                    while (!over.get()) {
                        RecentTurns turns = history.recent(KEY, STORED);
                        if (!turns.degraded()) {
                            lists.add(ids(turns));
                        }
                        Thread.sleep(10);
                    }
                    return lists;
                }));
            }
            var random = new Random(seed);
            for (int round = 0; round < 12; round++) {
                FaultProxy proxy = random.nextBoolean() ? proxyOfA : proxyOfB;
                Thread.sleep(50 + random.nextInt(200));
                proxy.cut();
                Thread.sleep(random.nextInt(60));
                proxy.heal();
            }
            over.set(true);
            var expected = new ArrayList<List<String>>();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                expected.add(IntStream.range(0, written.get(w).get())
                        .mapToObj(i -> writer + "-" + i)
                        .toList());
            }
            histories.forEach(HistoryUnderFaultsTest::settled);
            HostNode.until(
                    "both answer",
                    () -> histories.stream()
                            .noneMatch(history -> history.recent(KEY, STORED).degraded()));

            List<String> last = ids(histories.get(0).recent(KEY, STORED));
            assertThat(ids(histories.get(1).recent(KEY, STORED))).isEqualTo(last);
            assertThat(last).as("seed %d", seed).doesNotHaveDuplicates();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                assertThat(last.stream().filter(id -> id.startsWith(writer + "-")))
                        .as("writer %d, seed %d", writer, seed)
                        .containsExactlyElementsOf(expected.get(w));
            }
            assertThat(pending).as("that anything was cut off at all").hasPositiveValue();
            for (Future<List<List<String>>> one : seen) {
                for (List<String> list : one.get()) {
                    assertThat(list).isEqualTo(last.subList(0, list.size()));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aCommandCarriedOutThoughItsAnswerWasLostIsNotCarriedOutTwice() {
        connected();
        ConversationHistory history =
                a.memory.history("impatient").timeout(Duration.ofMillis(50)).build();
        server.pause();
        assertThat(history.append(KEY, STORED, turn("1"))).isEqualTo(Appended.PENDING);
        server.resume();
        settled(history);
        HostNode.until("it is known", () -> history.append(KEY, STORED, turn("1")) == Appended.REPEATED);
        HostNode.until(
                "it is there once", () -> ids(history.recent(KEY, STORED)).equals(List.of("1")));
        assertThat(history.stats().repeated())
                .as("the one sent again, and ours")
                .isGreaterThanOrEqualTo(2);
    }

    @Test
    void whileRedisIsAwayTheLoaderAndWhatWaitsAnswerAndItIsSaid() {
        connected();
        database.put(KEY, List.of(turn("1"), turn("2")));
        ConversationHistory onA = loading(a);
        ConversationHistory onB = loading(b);
        onB.append(KEY, STORED, turn("2"));
        cutA();
        assertThat(onA.append(KEY, STORED, turn("3"))).isEqualTo(Appended.PENDING);
        assertThat(onA.append(KEY, STORED, turn("3"))).isEqualTo(Appended.PENDING);
        RecentTurns turns = onA.recent(KEY, STORED);
        assertThat(ids(turns)).containsExactly("1", "2", "3");
        assertThat(turns.degraded()).isTrue();
        assertThat(turns.reason()).isEqualTo("Redis is away");
        assertThat(turns.source()).isEqualTo(Source.LOADER);
        assertThat(onA.stats().pending()).isEqualTo(1);

        onB.append(KEY, STORED, turn("4"));
        proxyOfA.heal();
        settled(onA);
        assertThat(ids(onB.recent(KEY, STORED))).containsExactly("1", "2", "4", "3");
        HostNode.until("A answers", () -> !onA.recent(KEY, STORED).degraded());
        assertThat(ids(onA.recent(KEY, STORED))).containsExactly("1", "2", "4", "3");
    }

    @Test
    void withoutALoaderWhatWaitsAnswersAloneAndItIsSaid() {
        connected();
        ConversationHistory onA = plain(a);
        onA.append(KEY, STORED, turn("1"));
        cutA();
        onA.append(KEY, STORED, turn("2"));
        RecentTurns turns = onA.recent(KEY, STORED);
        assertThat(ids(turns)).containsExactly("2");
        assertThat(turns.source()).isEqualTo(Source.HERE);
        assertThat(turns.degraded()).isTrue();
    }

    @Test
    void aRedisThatComesBackEmptyIsFilledFromTheLoaderAndWhatWaited() {
        connected();
        ConversationHistory onA = loading(a);
        ConversationHistory onB = loading(b);
        database.put(KEY, List.of(turn("1"), turn("2")));
        onA.append(KEY, STORED, turn("2"));
        onA.append(KEY, NONE, turn("private"));
        onA.append(KEY, STORED, turn("2"));
        assertThat(ids(onB.recent(KEY, STORED))).containsExactly("1", "2");
        server.kill();
        HostNode.until("A has noticed", () -> !a.redis.isReachable());
        database.put(KEY, List.of(turn("1"), turn("2"), turn("3")));
        onA.append(KEY, STORED, turn("3"));
        server.restart();
        settled(onA);
        connected();
        HostNode.until("B answers", () -> !onB.recent(KEY, STORED).degraded());
        assertThat(ids(onB.recent(KEY, STORED))).containsExactly("1", "2", "3");
        assertThat(ids(onA.recent(KEY, NONE)))
                .as("what is private here was not lost there")
                .contains("private");
    }

    @Test
    void whatIsPrivateWhileRedisIsAwayIsNeverSentAndWhatWasSharedIsDeletedLater() {
        connected();
        ConversationHistory onA = plain(a);
        ConversationHistory onB = plain(b);
        onB.append(KEY, STORED, turn("1"));
        cutA();
        assertThat(onA.append(KEY, STORED, turn("2"))).isEqualTo(Appended.PENDING);
        assertThat(onA.append(KEY, NONE, turn("3"))).isEqualTo(Appended.PENDING);
        assertThat(ids(onA.recent(KEY, NONE))).containsExactly("3");
        proxyOfA.heal();
        settled(onA);
        assertThat(onB.recent(KEY, STORED)).isEmpty();
        assertThat(onA.stats().stored()).isZero();
    }

    @Test
    void aConversationClearedWhileRedisIsAwayIsClearedLaterButForWhatCameAfter() throws Exception {
        connected();
        ConversationHistory onA = plain(a);
        ConversationHistory onB = plain(b);
        onB.append(KEY, STORED, turn("1"));
        cutA();
        onA.append(KEY, STORED, turn("2"));
        assertThat(onA.clear(KEY)).isEqualTo(Cleared.PENDING);
        onA.append(KEY, STORED, turn("3"));
        // nodes have no common clock: what is nearer than a message takes cannot be told apart
        Thread.sleep(1_000);
        onB.append(KEY, STORED, turn("4"));
        proxyOfA.heal();
        settled(onA);
        assertThat(ids(onB.recent(KEY, STORED))).containsExactly("4", "3");
    }

    @Test
    void whatWaitedOnAnotherNodeDoesNotComeBackAfterAClearOrAnErasure() throws Exception {
        connected();
        SessionKey other = SessionKey.of("ann", "other");
        SessionKey bob = SessionKey.of("bob", "chat");
        ConversationHistory onA = plain(a);
        ConversationHistory onB = plain(b);
        cutA();
        onA.append(KEY, STORED, turn("1"));
        onA.append(bob, STORED, turn("2"));
        Thread.sleep(1_000);
        assertThat(onB.clear(KEY)).isEqualTo(Cleared.DONE);
        onA.append(other, STORED, turn("3"));
        Thread.sleep(1_000);
        b.memory.erase(Tenant.of("ann"));
        onA.append(KEY, STORED, turn("4"));
        proxyOfA.heal();
        settled(onA);
        assertThat(ids(onB.recent(KEY, STORED))).as("said after").containsExactly("4");
        assertThat(onB.recent(other, STORED)).isEmpty();
        assertThat(ids(onB.recent(bob, STORED))).containsExactly("2");
        assertThat(onA.stats().forgotten()).isEqualTo(2);
    }

    @Test
    void aClearingThatIsCarriedOutLateTakesNothingThatCameAfterIt() {
        connected();
        ConversationHistory onA =
                a.memory.history("impatient").timeout(Duration.ofMillis(200)).build();
        assertThat(onA.append(KEY, STORED, turn("1"))).isEqualTo(Appended.STORED);
        server.pause();
        assertThat(onA.clear(KEY)).isEqualTo(Cleared.PENDING);
        assertThat(onA.append(KEY, STORED, turn("2"))).isEqualTo(Appended.PENDING);
        server.resume();
        settled(onA);
        HostNode.until("A answers", () -> !onA.recent(KEY, STORED).degraded());
        assertThat(ids(onA.recent(KEY, STORED))).containsExactly("2");
    }

    @Test
    void whatWaitsIsSentWhenTheMemoryCloses() {
        connected();
        ConversationHistory onA =
                a.memory.history("recent").timeout(ofSeconds(2)).build();
        ConversationHistory onB = plain(b);
        server.pause();
        assertThat(onA.append(KEY, STORED, turn("1"))).isEqualTo(Appended.PENDING);
        server.resume();
        HostNode.until("A answers", a.redis::isReachable);
        a.memory.close();
        HostNode.until("it is there", () -> ids(onB.recent(KEY, STORED)).equals(List.of("1")));
    }

    @Test
    void aServerThatEvictsKeysMakesNoTurnTwiceAndNoHistoryShorter() {
        connected();
        database.put(KEY, List.of(turn("1"), turn("2")));
        ConversationHistory history = loading(a);
        assertThat(history.recent(KEY, STORED)).hasSize(2);
        String ids = "mneme:{default:history:ann}:i:recent:chat";
        String turns = "mneme:{default:history:ann}:t:recent:chat";
        assertThat(server.command("DEL", ids)).isEqualTo(1L);
        assertThat(history.append(KEY, STORED, turn("2"))).isEqualTo(Appended.REPEATED);
        assertThat(server.command("DEL", turns)).isEqualTo(1L);
        assertThat(ids(history.recent(KEY, STORED))).containsExactly("1", "2");
    }
}
