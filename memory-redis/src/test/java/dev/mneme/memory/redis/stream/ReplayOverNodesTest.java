package dev.mneme.memory.redis.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.stream.Attachment;
import dev.mneme.events.stream.Await;
import dev.mneme.events.stream.KitEvents;
import dev.mneme.events.stream.ReplayBuffer;
import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplaySignal;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.events.stream.ReplaySubscriber;
import dev.mneme.events.stream.StreamUnreachableException;
import dev.mneme.memory.redis.Redis;
import dev.mneme.servers.FaultProxy;
import dev.mneme.servers.RedisServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one node appends, listeners of another hear, through outages of the server and of the line. */
@Timeout(120)
class ReplayOverNodesTest {

    private static final SessionKey SESSION = SessionKey.of("kit", "s1");

    private RedisServer server;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() {
        server = RedisServer.builder().appendOnly().start();
    }

    @AfterEach
    void stop() throws Exception {
        Collections.reverse(open);
        for (AutoCloseable each : open) {
            each.close();
        }
        server.close();
    }

    @Test
    void whatOneNodeAppendsListenersOfAnotherGetInOrderThoughBothAppend() {
        RedisReplayBuffer one = node(server.uri());
        RedisReplayBuffer other = node(server.uri());
        Heard heard = new Heard().attach(other, ReplayStart.now());
        for (int i = 1; i <= 500; i++) {
            (i % 3 == 0 ? other : one).append(counted(i, SESSION));
        }
        Await.until("all are heard", () -> heard.numbers().size() == 500);
        assertThat(heard.numbers())
                .isEqualTo(LongStream.rangeClosed(1, 500).boxed().toList());
        assertThat(heard.gaps()).isEmpty();
    }

    @Test
    void aListenerComesBackToAnotherNodeThanItLeft() {
        RedisReplayBuffer one = node(server.uri());
        RedisReplayBuffer other = node(server.uri());
        ReplayId last = append(one, 1, 5);
        append(one, 6, 8);
        Heard heard = new Heard().attach(other, ReplayStart.after(last.toString()));
        Await.until("the missed ones are heard", () -> heard.numbers().size() == 3);
        assertThat(heard.numbers()).containsExactly(6L, 7L, 8L);
        assertThat(heard.gaps()).isEmpty();
    }

    @Test
    void whatWasAppendedWhileTheLineOfANodeWasCutItsListenersGetLater() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(server)) {
            RedisReplayBuffer one = node(server.uri());
            RedisReplayBuffer cutOff = node(proxy.uri());
            Heard heard = new Heard().attach(cutOff, ReplayStart.now());
            append(one, 1, 3);
            Await.until("they are heard", () -> heard.numbers().size() == 3);
            proxy.cut();
            append(one, 4, 20);
            assertThatThrownBy(() -> cutOff.append(counted(0, SESSION))).isInstanceOf(StreamUnreachableException.class);
            assertThatThrownBy(() -> cutOff.attach(SESSION, ReplayStart.now(), signal -> {}))
                    .isInstanceOf(StreamUnreachableException.class);
            proxy.heal();
            Await.until("the missed ones are heard", () -> heard.numbers().size() == 20);
            assertThat(heard.numbers())
                    .isEqualTo(LongStream.rangeClosed(1, 20).boxed().toList());
            assertThat(heard.gaps()).isEmpty();
            assertThat(cutOff.monitor().subscribers()).isEqualTo(1);
        }
    }

    @Test
    void aNodeThatWasCutOffForMoreThanTheWindowTellsItsListenersOfAGap() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(server)) {
            RedisReplayBuffer one = node(server.uri());
            RedisReplayBuffer cutOff = node(proxy.uri());
            Heard heard = new Heard().attach(cutOff, ReplayStart.now());
            append(one, 1, 3);
            Await.until("they are heard", () -> heard.numbers().size() == 3);
            proxy.cut();
            ReplayId last = append(one, 4, 150);
            proxy.heal();
            Await.until("the window is heard", () -> heard.numbers().contains(150L));
            assertThat(heard.numbers().subList(3, 103))
                    .isEqualTo(LongStream.rangeClosed(51, 150).boxed().toList());
            assertThat(heard.signals.get(3)).isEqualTo(new Gap(new ReplayId(last.incarnation(), 51)));
            assertThat(heard.gaps()).hasSize(1);
        }
    }

    @Test
    void aMessageThatWasLostIsMadeGoodByLookingFromTimeToTime() {
        RedisReplayBuffer one = node(server.uri());
        RedisReplayBuffer other = open(builder(server.uri()).lookEvery(ofMillis(100)));
        Heard heard = new Heard().attach(other, ReplayStart.now());
        // as an append whose message nobody hears
        server.command("ACL", "SETUSER", "default", "resetchannels");
        ReplayId lost = null;
        try {
            lost = one.append(counted(1, SESSION));
        } catch (StreamUnreachableException e) {
            // the script ends at the message, after the event was appended
        }
        assertThat(lost).isNull();
        Await.until("it is heard all the same", () -> heard.numbers().size() == 1);
    }

    @Test
    void whoIsAttachedWhenTheServerIsStartedEmptyIsToldOfAGap() {
        RedisReplayBuffer one = node(server.uri());
        RedisReplayBuffer other = node(server.uri());
        Heard heard = new Heard().attach(other, ReplayStart.now());
        append(one, 1, 3);
        Await.until("they are heard", () -> heard.numbers().size() == 3);
        server.command("FLUSHALL");
        server.kill();
        server.restart();
        appendWhenReachable(one, 4);
        Await.until("the next is heard", () -> heard.numbers().contains(4L));
        assertThat(heard.gaps()).isNotEmpty();
        assertThat(heard.signals.indexOf(heard.gaps().get(0))).isEqualTo(3);
    }

    @Test
    void whoeverHasAnEventThatTheServerLostIsToldOfAGapThoughItsNumberIsTakenAgain() {
        RedisReplayBuffer one = node(server.uri());
        append(one, 1, 3);
        ReplayId third = append(one, 4, 4);
        append(one, 5, 5);
        // what a restart or a failover does that loses the last two events
        String[] keys = new ReplayKeys("default", "sessions").of(SESSION);
        server.command("HSET", keys[0], "n", "3");
        server.command("DEL", keys[1]);
        server.kill();
        server.restart();
        appendWhenReachable(one, 6);
        append(one, 7, 7);
        Heard heard = new Heard().attach(one, ReplayStart.after(third.toString()));
        Await.until("what is there is heard", () -> heard.numbers().contains(7L));
        assertThat(heard.signals.get(0)).isInstanceOf(Gap.class);
        assertThat(heard.ids()).extracting(ReplayId::number).containsExactly(1L, 2L);
    }

    @Test
    void aServerThatComesBackWithItsDataBeginsAnotherIncarnationWithIt() {
        RedisReplayBuffer one = node(server.uri());
        ReplayId last = append(one, 1, 3);
        server.kill();
        server.restart();
        appendWhenReachable(one, 4);
        Heard heard = new Heard().attach(one, ReplayStart.after(last.toString()));
        Await.until("all are heard", () -> heard.numbers().size() == 4);
        assertThat(heard.signals.get(0)).isEqualTo(new Gap(heard.ids().get(0)));
        assertThat(heard.ids()).extracting(ReplayId::number).containsExactly(1L, 2L, 3L, 4L);
        assertThat(heard.ids().get(0).incarnation()).isNotEqualTo(last.incarnation());
    }

    @Test
    void aListenerThatHangsSlowsNoAppendOnAnyNode() throws Exception {
        RedisReplayBuffer one = open(builder(server.uri()).maxHang(ofMinutes(10)));
        RedisReplayBuffer other = open(builder(server.uri()).maxHang(ofMinutes(10)));
        var release = new CountDownLatch(1);
        List<ReplaySignal> late = Collections.synchronizedList(new ArrayList<>());
        for (RedisReplayBuffer node : List.of(one, other)) {
            node.attach(SESSION, ReplayStart.now(), signal -> {
                release.await();
                late.add(signal);
            });
        }
        Heard quick = new Heard().attach(other, ReplayStart.now());
        // more than may wait for one: had an append waited for the listeners, this would not end
        append(one, 1, 2_500);
        Await.until("the quick one has the last", () -> quick.numbers().contains(2_500L));
        Await.until(
                "both are dropped",
                () -> one.monitor().dropped() == 1 && other.monitor().dropped() == 1);
        release.countDown();
        Await.until(
                "and told",
                () -> List.copyOf(late).stream()
                                .filter(new End(End.Reason.SLOW)::equals)
                                .count()
                        == 2);
    }

    @Test
    void listenersOnAllNodesAreToldWhenTheirTenantIsErased() {
        RedisReplayBuffer one = node(server.uri());
        RedisReplayBuffer other = node(server.uri());
        append(one, 1, 3);
        for (int i = 0; i < 50; i++) {
            one.append(counted(i, SessionKey.of("kit", "more " + i)));
            one.append(counted(i, SessionKey.of("kit2", "s" + i)));
        }
        Heard heard = new Heard().attach(other, ReplayStart.oldest());
        Await.until("they are heard", () -> heard.numbers().size() == 3);
        assertThat(one.erase(Tenant.of("kit")).records()).isEqualTo(53);
        Await.until("it is told", () -> heard.signals.contains(new End(End.Reason.ERASED)));
        assertThat(keysOf("kit")).isEmpty();
        assertThat(keysOf("kit2")).hasSize(100);
    }

    @Test
    void aSessionIsForgottenByItselfAndItsWindowIsBoundedInBytes() {
        RedisReplayBuffer buffer = open(builder(server.uri()).ttl(ofSeconds(1)).maxSessionBytes(2_000));
        int size = KitEvents.CODEC.encode(counted(1, SESSION)).length;
        ReplayId first = append(buffer, 1, 1);
        append(buffer, 2, 60);
        Heard heard = new Heard().attach(buffer, ReplayStart.after(first.toString()));
        Await.until("what is held is heard", () -> heard.numbers().contains(60L));
        assertThat(heard.numbers().size()).isBetween(1, 2_000 / (size - 10));
        assertThat(heard.gaps()).hasSize(1);
        heard.close();
        Await.until("the keys are gone", () -> keysOf("kit").isEmpty());
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        RedisReplayBuffer.Builder builder = builder(server.uri());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxEvents(0))
                .withMessage("maxEvents must be 1 to 10000, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.ttl(ofMillis(999)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.lookEvery(ofMinutes(61)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.namespace(" "));
        RedisReplayBuffer small = open(builder.maxEventBytes(50));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> small.append(counted(1, SESSION)))
                .withMessageStartingWith("an event must have at most 50 bytes, had ");
    }

    private RedisReplayBuffer node(String uri) {
        // so seldom that nothing here is heard by looking from time to time
        return open(builder(uri).lookEvery(ofMinutes(60)));
    }

    private RedisReplayBuffer.Builder builder(String uri) {
        Redis redis = Redis.builder(uri).timeout(ofSeconds(30)).build();
        open.add(redis);
        Await.until("Redis is there", redis::isReachable);
        return RedisReplayBuffer.builder(redis, "sessions", KitEvents.CODEC);
    }

    private RedisReplayBuffer open(RedisReplayBuffer.Builder builder) {
        RedisReplayBuffer buffer = builder.build();
        open.add(buffer);
        return buffer;
    }

    private static ReplayId append(ReplayBuffer buffer, int first, int last) {
        ReplayId id = null;
        for (int i = first; i <= last; i++) {
            id = buffer.append(counted(i, SESSION));
        }
        return id;
    }

    private static void appendWhenReachable(ReplayBuffer buffer, int number) {
        Await.until("Redis is back", () -> {
            try {
                buffer.append(counted(number, SESSION));
                return true;
            } catch (StreamUnreachableException e) {
                return false;
            }
        });
    }

    private List<?> keysOf(String tenant) {
        return (List<?>) server.command("KEYS", "*:" + tenant + ":*");
    }

    /** Keeps what it hears. */
    private static final class Heard implements ReplaySubscriber {

        private final List<ReplaySignal> signals = Collections.synchronizedList(new ArrayList<>());
        private Attachment.Attached attached;

        Heard attach(ReplayBuffer buffer, ReplayStart start) {
            attached = (Attachment.Attached) buffer.attach(SESSION, start, this);
            return this;
        }

        @Override
        public void receive(ReplaySignal signal) {
            signals.add(signal);
        }

        void close() {
            attached.subscription().close();
        }

        /** The numbers that the events carry, which a test counts. */
        List<Long> numbers() {
            return items().stream()
                    .map(item -> KitEvents.CODEC
                            .decode(item.event().bytes())
                            .<Long>fold(
                                    known -> (long) ((KitEvents.Counted)
                                                    known.envelope().data())
                                            .number(),
                                    unknown -> -1L,
                                    malformed -> -2L))
                    .toList();
        }

        List<ReplayId> ids() {
            return items().stream().map(Item::id).toList();
        }

        List<Gap> gaps() {
            return List.copyOf(signals).stream()
                    .filter(Gap.class::isInstance)
                    .map(Gap.class::cast)
                    .toList();
        }

        private List<Item> items() {
            return List.copyOf(signals).stream()
                    .filter(Item.class::isInstance)
                    .map(Item.class::cast)
                    .toList();
        }
    }
}
