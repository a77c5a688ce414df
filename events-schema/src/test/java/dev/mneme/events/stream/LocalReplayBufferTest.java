package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.SessionKey;
import dev.mneme.events.stream.Attachment.Refused;
import dev.mneme.events.stream.ReplaySignal.End;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.spi.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LocalReplayBufferTest extends ReplayBufferContract {

    private final MovableTime time = new MovableTime();

    @Override
    protected ReplayBuffer open() {
        return LocalReplayBuffer.builder(KitEvents.CODEC)
                .ticker(time)
                .clock(time)
                .build();
    }

    @Override
    protected ReplayBuffer afterLoss(ReplayBuffer lost) {
        lost.close();
        return open();
    }

    @Override
    protected void advance(Duration by) {
        time.advance(by);
    }

    private LocalReplayBuffer.Builder builder() {
        return LocalReplayBuffer.builder(KitEvents.CODEC).ticker(time).clock(time);
    }

    private static SessionKey session(int number) {
        return SessionKey.of("kit", "s" + number);
    }

    @Test
    void theSessionLongestQuietIsForgottenForANewOne() {
        try (var buffer = builder().maxSessions(2).build()) {
            ReplayId first = buffer.append(counted(1, session(1)));
            buffer.append(counted(2, session(2)));
            buffer.append(counted(3, session(1)));
            buffer.append(counted(4, session(3)));
            Listener kept = new Listener().attach(buffer, session(1), ReplayStart.after(first.toString()));
            kept.await(1);
            assertThat(kept.gaps()).isEmpty();
            assertThat(buffer.monitor().sessions()).isEqualTo(2);
            assertThat(buffer.monitor().events()).isEqualTo(3);
        }
    }

    @Test
    void aSessionWithListenersIsNotForgottenForAnother() {
        try (var buffer = builder().maxSessions(1).build()) {
            new Listener().attach(buffer, session(1), ReplayStart.now());
            assertThatThrownBy(() -> buffer.append(counted(1, session(2))))
                    .isInstanceOf(ReplayBufferFullException.class)
                    .hasMessageContaining("1 sessions");
            assertThat(buffer.attach(session(2), ReplayStart.now(), signal -> {}))
                    .isEqualTo(new Refused(Refused.Reason.TOO_MANY_SESSIONS));
            assertThat(buffer.monitor().subscribers()).isEqualTo(1);
        }
    }

    @Test
    void beyondItsBytesTheSessionLongestQuietIsForgotten() {
        int size = KitEvents.CODEC.encode(counted(1, session(1))).length;
        try (var buffer = builder().maxBytes(3L * size).build()) {
            ReplayId first = buffer.append(counted(1, session(1)));
            buffer.append(counted(2, session(2)));
            buffer.append(counted(3, session(2)));
            buffer.append(counted(4, session(2)));
            assertThat(buffer.monitor().bytes()).isLessThanOrEqualTo(3L * size);
            Listener back = new Listener().attach(buffer, session(1), ReplayStart.after(first.toString()));
            Await.until("a gap", () -> back.gaps().equals(List.of(new Gap(null))));
            assertThatThrownBy(() -> buffer.append(counted(5, session(2))))
                    .isInstanceOf(ReplayBufferFullException.class);
        }
    }

    @Test
    void moreListenersThanItTakesAreRefused() {
        try (var buffer = builder().maxSubscribers(2).build()) {
            Listener first = new Listener().attach(buffer, session(1), ReplayStart.now());
            new Listener().attach(buffer, session(2), ReplayStart.now());
            assertThat(buffer.attach(session(1), ReplayStart.now(), signal -> {}))
                    .isEqualTo(new Refused(Refused.Reason.TOO_MANY_SUBSCRIBERS));
            first.subscription.close();
            new Listener().attach(buffer, session(1), ReplayStart.now());
        }
    }

    @Test
    void aSessionWithoutEventsAndListenersIsForgottenByItself() {
        try (var buffer = builder().build()) {
            new Listener()
                    .attach(buffer, session(1), ReplayStart.now())
                    .subscription
                    .close();
            buffer.append(counted(1, session(2)));
            time.advance(Duration.ofMinutes(5));
            Await.until("both are forgotten", () -> buffer.monitor().sessions() == 0);
            assertThat(buffer.monitor().bytes()).isZero();
            assertThat(buffer.monitor().events()).isZero();
        }
    }

    @Test
    void aListenerWhoseCallTakesTooLongIsInterruptedAndDroppedThoughNothingElseComes() {
        try (var buffer = builder().maxHang(Duration.ofSeconds(10)).build()) {
            var never = new CountDownLatch(1);
            var interrupted = new CountDownLatch(1);
            var hanging = new Listener() {
                @Override
                void before(ReplaySignal signal) {
                    if (signal instanceof ReplaySignal.Item) {
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            interrupted.countDown();
                        }
                    }
                }
            };
            hanging.attach(buffer, session(1), ReplayStart.now());
            buffer.append(counted(1, session(1)));
            Await.until("it is dropped", () -> {
                time.advance(Duration.ofSeconds(1));
                return !hanging.subscription.isOpen();
            });
            Await.until("it is interrupted", () -> interrupted.getCount() == 0);
            Await.until("it is told", () -> hanging.ends().equals(List.of(new End(End.Reason.SLOW))));
            assertThat(buffer.monitor().dropped()).isEqualTo(1);
            assertThat(buffer.monitor().subscribers()).isZero();
        }
    }

    @Test
    void onAPoolOfThreadsListenersThatHangDelayNobodyEither() {
        var workers = Workers.ofPool("kit-", 2, 64);
        var release = new CountDownLatch(1);
        try (var buffer = builder().workers(workers).build()) {
            List<Listener> hanging = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                var listener = new Listener() {
                    @Override
                    void before(ReplaySignal signal) throws InterruptedException {
                        release.await();
                    }
                };
                hanging.add(listener.attach(buffer, session(1), ReplayStart.now()));
            }
            Listener sound = new Listener().attach(buffer, session(1), ReplayStart.now());
            for (int i = 1; i <= 50; i++) {
                buffer.append(counted(i, session(1)));
            }
            sound.await(50);
            release.countDown();
            hanging.forEach(listener -> listener.await(50));
        }
    }

    @Test
    void aReconnectOfAThousandOnAPoolOfThreadsLosesNothingEither() throws InterruptedException {
        try (var buffer = builder().workers(Workers.ofPool("kit-", 2, 64)).build()) {
            new ReplayReconnects(buffer, session(1), 1_000, new java.util.Random().nextLong()).run();
        }
    }

    @Test
    void theNumbersAreThoseOfWhatHappened() {
        try (var buffer = builder().build()) {
            Listener first = new Listener().attach(buffer, session(1), ReplayStart.now());
            Listener second = new Listener().attach(buffer, session(1), ReplayStart.after("x-1"));
            buffer.append(counted(1, session(1)));
            buffer.append(counted(2, session(1)));
            first.await(2);
            second.await(2);
            Await.until("all are counted", () -> buffer.monitor().sent() == 4);
            ReplayReport report = buffer.monitor();
            assertThat(report).isEqualTo(new ReplayReport(1, 2, report.bytes(), 2, 2, 4, 1, 0));
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().maxEvents(0))
                .withMessage("maxEvents must be 1 to 100000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().ttl(Duration.ofSeconds(-1)))
                .withMessage("ttl must not be negative, was PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().heartbeatEvery(Duration.ofDays(366)))
                .withMessage("heartbeatEvery must be at most PT8760H, was PT8784H");
        try (var buffer = builder().maxEventBytes(50).build()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> buffer.append(counted(1, session(1))))
                    .withMessageStartingWith("an event must have at most 50 bytes, had ");
        }
    }
}
