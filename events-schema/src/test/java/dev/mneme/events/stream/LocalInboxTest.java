package dev.mneme.events.stream;

import static dev.mneme.events.stream.KitEvents.counted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.MnemeException;
import dev.mneme.events.Envelope;
import dev.mneme.events.stream.KitEvents.Counted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LocalInboxTest extends InboxContract<LocalTransaction> {

    private final Map<String, LocalInbox> inboxes = new HashMap<>();
    private final List<String> committed = Collections.synchronizedList(new ArrayList<>());

    @Override
    protected Inbox<LocalTransaction> inbox(String consumer) {
        return inboxes.computeIfAbsent(consumer, name -> LocalInbox.create());
    }

    @Override
    protected void write(LocalTransaction transaction, String text) {
        transaction.afterCommit(() -> committed.add(text));
    }

    @Override
    protected List<String> committed() {
        return committed;
    }

    @Test
    void beyondItsCapacityTheOldestEventIsForgotten() throws Exception {
        var runs = new AtomicInteger();
        EventHandler<Counted> handler =
                LocalInbox.builder().capacity(2).build().once((c, event) -> runs.incrementAndGet());
        Envelope<Counted> first = counted(1);
        Envelope<Counted> second = counted(2);
        Envelope<Counted> third = counted(3);
        handler.handle(first);
        handler.handle(second);
        handler.handle(third);
        handler.handle(second);
        handler.handle(third);
        assertThat(runs).hasValue(3);
        handler.handle(first);
        assertThat(runs).hasValue(4);
    }

    @Test
    void aDeliveryWaitsForAnotherOneNoLongerThanItMay() throws Exception {
        var inside = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        EventHandler<Counted> handler = LocalInbox.builder()
                .maxWait(Duration.ofMillis(5))
                .build()
                .once((c, event) -> {
                    inside.countDown();
                    release.await();
                });
        Envelope<Counted> event = counted(1);
        var first = new Thread(() -> {
            try {
                handler.handle(event);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        first.start();
        inside.await();
        assertThatThrownBy(() -> handler.handle(event))
                .isInstanceOf(MnemeException.class)
                .hasMessage(
                        "event " + event.id()
                                + " was still being handled by an earlier delivery after PT0.005S; it is to be delivered again");
        release.countDown();
        first.join();
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LocalInbox.builder().capacity(0))
                .withMessage("capacity must be 1 to 10000000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LocalInbox.builder().maxWait(Duration.ZERO))
                .withMessage("maxWait must be more than zero, was PT0S");
    }
}
