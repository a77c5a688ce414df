package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplaySignal.Heartbeat;
import dev.mneme.events.stream.ReplaySignal.Item;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link ReplayBuffer} must do, with a window of 100 events and 5 minutes and a heartbeat after 30 seconds.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class ReplayBufferContract {

    protected static final SessionKey SESSION = SessionKey.of("kit", "s1");

    private static final int WINDOW = 100;

    private ReplayBuffer buffer;

    /** An empty buffer for events of {@link KitEvents#CODEC}. */
    protected abstract ReplayBuffer open() throws Exception;

    /** A buffer in place of that one, after whatever kept its events has lost them. */
    protected abstract ReplayBuffer afterLoss(ReplayBuffer lost) throws Exception;

    /** Lets that much time pass for the buffer. */
    protected abstract void advance(Duration by);

    @BeforeEach
    void openBuffer() throws Exception {
        buffer = open();
    }

    @AfterEach
    void closeBuffer() {
        buffer.close();
    }

    @Test
    void eventsComeInOrderWithIdsThatHaveNoGap() {
        Listener listener = attach(ReplayStart.now());
        append(1, 50);
        listener.await(50);
        assertThat(listener.numbers()).isEqualTo(range(1, 50));
        assertThat(listener.ids()).extracting(ReplayId::number).isEqualTo(longs(1, 50));
        assertThat(listener.ids())
                .extracting(ReplayId::incarnation)
                .containsOnly(listener.ids().get(0).incarnation());
    }

    @Test
    void theAppenderIsToldTheIdThatListenersGet() {
        Listener listener = attach(ReplayStart.now());
        ReplayId id = buffer.append(counted(1, SESSION));
        listener.await(1);
        assertThat(listener.ids()).containsExactly(id);
    }

    @Test
    void whoReconnectsGetsWhatWasMissedAndThenWhatComes() {
        Listener before = attach(ReplayStart.now());
        append(1, 10);
        before.await(10);
        before.subscription.close();
        append(11, 60);
        Listener after = attach(ReplayStart.after(before.lastId()));
        append(61, 70);
        after.await(60);
        assertThat(after.numbers()).isEqualTo(range(11, 70));
        assertThat(after.gaps()).isEmpty();
    }

    @Test
    void whoMissedNothingGetsOnlyWhatComes() {
        append(1, 5);
        ReplayId last = buffer.append(counted(6, SESSION));
        Listener listener = attach(ReplayStart.after(last.toString()));
        append(7, 7);
        listener.await(1);
        assertThat(listener.numbers()).containsExactly(7);
        assertThat(listener.gaps()).isEmpty();
    }

    @Test
    void atTheEdgeOfTheWindowNothingIsLost() {
        ReplayId last = buffer.append(counted(1, SESSION));
        append(2, 1 + WINDOW);
        Listener listener = attach(ReplayStart.after(last.toString()));
        listener.await(WINDOW);
        assertThat(listener.numbers()).isEqualTo(range(2, 1 + WINDOW));
        assertThat(listener.gaps()).isEmpty();
    }

    @Test
    void oneEventBeyondTheWindowThereIsAGapAndThenTheWholeWindow() {
        ReplayId last = buffer.append(counted(1, SESSION));
        append(2, 2 + WINDOW);
        Listener listener = attach(ReplayStart.after(last.toString()));
        listener.await(WINDOW);
        assertThat(listener.numbers()).isEqualTo(range(3, 2 + WINDOW));
        assertThat(listener.signals().get(0)).isEqualTo(new Gap(listener.ids().get(0)));
        assertThat(listener.gaps()).hasSize(1);
        assertThat(listener.attachedGap).isEqualTo(listener.gaps().get(0));
    }

    @Test
    void anEventIsKeptForFiveMinutes() {
        ReplayId first = buffer.append(counted(1, SESSION));
        advance(Duration.ofMinutes(3));
        ReplayId second = buffer.append(counted(2, SESSION));
        append(3, 3);
        advance(Duration.ofSeconds(119));
        Listener intime = attach(ReplayStart.after(first.toString()));
        intime.await(2);
        advance(Duration.ofMinutes(2));
        Listener late = attach(ReplayStart.after(first.toString()));
        late.await(2);
        assertThat(late.gaps()).isEmpty();
        advance(Duration.ofMinutes(2));
        Listener later = attach(ReplayStart.after(second.toString()));
        Await.until("a gap", () -> later.gaps().size() == 1);
        assertThat(later.gaps()).containsExactly(new Gap(null));
        assertThat(later.numbers()).isEmpty();
    }

    @Test
    void anIdThatIsNoneOfThisSessionsLeadsToAGap() {
        ReplayId other = buffer.append(counted(1, SessionKey.of("kit", "s2")));
        append(1, 3);
        ReplayId last = buffer.append(counted(4, SESSION));
        List<String> ids = List.of(
                other.toString(),
                new ReplayId(last.incarnation(), last.number() + 1).toString(),
                "no id",
                "",
                "-",
                last.incarnation() + "-0",
                last.incarnation() + "-99999999999999999999");
        for (String id : ids) {
            Listener listener = attach(ReplayStart.after(id));
            listener.await(4);
            assertThat(listener.signals().get(0)).isInstanceOf(Gap.class);
            assertThat(listener.numbers()).isEqualTo(range(1, 4));
        }
    }

    @Test
    void anIdOfALostIncarnationLeadsToAGap() throws Exception {
        append(1, 3);
        ReplayId last = buffer.append(counted(4, SESSION));
        buffer = afterLoss(buffer);
        append(1, 9);
        Listener listener = attach(ReplayStart.after(last.toString()));
        listener.await(9);
        assertThat(listener.signals().get(0)).isEqualTo(new Gap(listener.ids().get(0)));
    }

    @Test
    void aSessionThatIsGoneLeadsToAGapWithNothingAfterIt() throws Exception {
        ReplayId last = buffer.append(counted(1, SESSION));
        buffer = afterLoss(buffer);
        Listener listener = attach(ReplayStart.after(last.toString()));
        Await.until("a gap", () -> !listener.gaps().isEmpty());
        assertThat(listener.signals()).containsExactly(new Gap(null));
    }

    @Test
    void aThousandReconnectsAtRandomPointsLoseRepeatAndReorderNothing() throws InterruptedException {
        new ReplayReconnects(buffer, SESSION, 1_000, new Random().nextLong()).run();
    }

    @Test
    void aNewListenerMayBeginWithTheOldestOrWithWhatComes() {
        append(1, 3);
        Listener oldest = attach(ReplayStart.oldest());
        Listener now = attach(ReplayStart.now());
        append(4, 4);
        oldest.await(4);
        now.await(1);
        assertThat(oldest.numbers()).isEqualTo(range(1, 4));
        assertThat(now.numbers()).containsExactly(4);
        assertThat(oldest.gaps()).isEmpty();
    }

    @Test
    void aListenerMayComeBeforeItsSession() {
        Listener listener = attach(ReplayStart.oldest());
        append(1, 1);
        listener.await(1);
        assertThat(listener.numbers()).containsExactly(1);
    }

    @Test
    void sessionsAreApartAlsoUnderOneNameOfTwoTenants() {
        SessionKey namesake = SessionKey.of("other", SESSION.session());
        SessionKey sibling = SessionKey.of("kit", "s2");
        Listener mine = attach(ReplayStart.oldest());
        Listener theirs = new Listener().attach(buffer, namesake, ReplayStart.oldest());
        buffer.append(counted(1, namesake));
        buffer.append(counted(2, sibling));
        buffer.append(counted(3, SESSION));
        mine.await(1);
        theirs.await(1);
        Listener later = attach(ReplayStart.oldest());
        later.await(1);
        assertThat(mine.numbers()).containsExactly(3);
        assertThat(theirs.numbers()).containsExactly(1);
        assertThat(later.numbers()).containsExactly(3);
    }

    @Test
    void silenceOfThirtySecondsIsAHeartbeat() {
        Listener listener = attach(ReplayStart.now());
        advance(Duration.ofSeconds(29));
        append(1, 1);
        listener.await(1);
        advance(Duration.ofSeconds(29));
        append(2, 2);
        listener.await(2);
        assertThat(listener.heartbeats()).isEmpty();
        advance(Duration.ofSeconds(31));
        Await.until("a heartbeat", () -> listener.heartbeats().size() == 1);
        advance(Duration.ofSeconds(31));
        Await.until("another heartbeat", () -> listener.heartbeats().size() == 2);
    }

    @Test
    void aListenerThatHangsDelaysNobodyAndIsToldAndDropped() throws Exception {
        var release = new CountDownLatch(1);
        var hanging = new Listener() {
            @Override
            void before(ReplaySignal signal) throws InterruptedException {
                release.await();
            }
        };
        hanging.attach(buffer, SESSION, ReplayStart.now());
        Listener quick = attach(ReplayStart.now());
        int sent = 0;
        while (hanging.subscription.isOpen()) {
            assertThat(sent)
                    .as("events until the listener that hangs is dropped")
                    .isLessThan(100_000);
            append(sent + 1, sent + 50);
            sent += 50;
            quick.await(sent);
        }
        assertThat(quick.numbers()).isEqualTo(range(1, sent));
        release.countDown();
        Await.until("the end is told", () -> hanging.ends().size() == 1);
        assertThat(hanging.ends()).containsExactly(new End(End.Reason.SLOW));
        int told = hanging.signals().size();
        append(sent + 1, sent + 1);
        quick.await(sent + 1);
        assertThat(hanging.signals()).hasSize(told);
        Listener back = attach(ReplayStart.after(hanging.lastId()));
        append(sent + 2, sent + 2);
        int last = sent + 2;
        Await.until("it is back", () -> back.numbers().contains(last));
    }

    @Test
    void aListenerThatThrowsIsGoneAndOthersAreNot() {
        var broken = new Listener() {
            @Override
            void before(ReplaySignal signal) throws IOException {
                throw new IOException("gone");
            }
        };
        broken.attach(buffer, SESSION, ReplayStart.now());
        Listener sound = attach(ReplayStart.now());
        append(1, 3);
        sound.await(3);
        Await.until("it is over", () -> !broken.subscription.isOpen());
        append(4, 4);
        sound.await(4);
        assertThat(broken.signals()).isEmpty();
    }

    @Test
    void afterCloseAListenerHearsNothing() {
        Listener closed = attach(ReplayStart.now());
        Listener open = attach(ReplayStart.now());
        append(1, 1);
        closed.await(1);
        closed.subscription.close();
        closed.subscription.close();
        append(2, 5);
        open.await(5);
        assertThat(closed.signals()).hasSize(1);
        assertThat(closed.subscription.isOpen()).isFalse();
    }

    @Test
    void aThousandListenersOfOneSessionGetEverythingInOrder() {
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            listeners.add(attach(ReplayStart.now()));
        }
        append(1, 100);
        listeners.forEach(listener -> listener.await(100));
        assertThat(listeners)
                .allSatisfy(listener -> assertThat(listener.numbers()).isEqualTo(range(1, 100)));
        assertThat(buffer.monitor().subscribers()).isEqualTo(1_000);
    }

    @Test
    void listenersAreNotCalledByTheAppender() {
        List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        var listener = new Listener() {
            @Override
            void before(ReplaySignal signal) {
                threads.add(Thread.currentThread());
                // a lock held around this call would be in the way
                var other = new Thread(() -> buffer.append(counted(9, SessionKey.of("kit", "inner"))));
                other.start();
                try {
                    other.join(TimeUnit.MINUTES.toMillis(1));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                assertThat(other.isAlive()).isFalse();
            }
        };
        listener.attach(buffer, SESSION, ReplayStart.now());
        append(1, 3);
        listener.await(3);
        assertThat(threads).doesNotContain(Thread.currentThread());
    }

    @Test
    void whatWasErasedIsGoneAndItsListenersAreTold() {
        SessionKey other = SessionKey.of("other", "s1");
        append(1, 3);
        buffer.append(counted(4, SessionKey.of("kit", "s2")));
        buffer.append(counted(5, other));
        Listener listener = attach(ReplayStart.now());
        assertThat(buffer.erase(Tenant.of("kit")).records()).isEqualTo(4);
        Await.until("the end is told", () -> !listener.ends().isEmpty());
        assertThat(listener.signals()).containsExactly(new End(End.Reason.ERASED));
        Listener later = attach(ReplayStart.oldest());
        append(6, 6);
        later.await(1);
        assertThat(later.numbers()).containsExactly(6);
        Listener others = new Listener().attach(buffer, other, ReplayStart.oldest());
        others.await(1);
        assertThat(buffer.erase(Tenant.of("nobody")).records()).isZero();
    }

    @Test
    void theEndIsToldWhenTheBufferIsClosed() {
        Listener listener = attach(ReplayStart.now());
        append(1, 20);
        buffer.close();
        buffer.close();
        Await.until("the end is told", () -> !listener.ends().isEmpty());
        assertThat(listener.numbers()).isEqualTo(range(1, 20));
        assertThat(listener.ends()).containsExactly(new End(End.Reason.CLOSED));
        assertThatThrownBy(() -> append(1, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(buffer.attach(SESSION, ReplayStart.now(), signal -> {}))
                .isEqualTo(new Attachment.Refused(Attachment.Refused.Reason.CLOSED));
    }

    @Test
    void anEventWithoutASessionIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.append(counted(1)))
                .withMessageStartingWith("an event must have a session");
    }

    protected final ReplayBuffer buffer() {
        return buffer;
    }

    private Listener attach(ReplayStart start) {
        return new Listener().attach(buffer, SESSION, start);
    }

    private void append(int first, int last) {
        for (int i = first; i <= last; i++) {
            buffer.append(counted(i, SESSION));
        }
    }

    private static List<Integer> range(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    private static List<Long> longs(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    /** Keeps what it hears. */
    public static class Listener implements ReplaySubscriber {

        private final List<ReplaySignal> signals = Collections.synchronizedList(new ArrayList<>());
        ReplaySubscription subscription;
        Gap attachedGap;

        Listener attach(ReplayBuffer buffer, SessionKey session, ReplayStart start) {
            var attached = (Attachment.Attached) buffer.attach(session, start, this);
            subscription = attached.subscription();
            attachedGap = attached.gap().orElse(null);
            return this;
        }

        void before(ReplaySignal signal) throws Exception {}

        @Override
        public void receive(ReplaySignal signal) throws Exception {
            before(signal);
            signals.add(signal);
        }

        void await(int items) {
            Await.until(items + " events", () -> ids().size() >= items);
        }

        List<Integer> numbers() {
            return all(Item.class).stream().map(item -> number(item.event())).toList();
        }

        List<ReplayId> ids() {
            return all(Item.class).stream().map(Item::id).toList();
        }

        String lastId() {
            List<ReplayId> ids = ids();
            return ids.isEmpty() ? "" : ids.get(ids.size() - 1).toString();
        }

        List<Gap> gaps() {
            return all(Gap.class);
        }

        List<Heartbeat> heartbeats() {
            return all(Heartbeat.class);
        }

        List<End> ends() {
            return all(End.class);
        }

        List<ReplaySignal> signals() {
            return all(ReplaySignal.class);
        }

        private <T extends ReplaySignal> List<T> all(Class<T> type) {
            return List.copyOf(signals).stream()
                    .filter(type::isInstance)
                    .map(type::cast)
                    .toList();
        }
    }

    /** The number that an event of {@link KitEvents.Counted} carries. */
    static int number(EncodedEvent event) {
        return KitEvents.CODEC
                .decode(event.bytes())
                .<Integer>fold(
                        known -> ((KitEvents.Counted) known.envelope().data()).number(),
                        unknown -> -1,
                        malformed -> -2);
    }
}
