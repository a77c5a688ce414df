package dev.mneme.events.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.events.Envelope;
import dev.mneme.events.stream.KitEvents.Counted;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** The lines that a host writes, as the documents show them. */
class UserCodeTest {

    @Test
    void aHandlerBehindAnInboxIsSubscribedInOneLine() {
        var index = new ConcurrentLinkedQueue<Integer>();
        try (EventStream events = LocalEventStream.create(KitEvents.CODEC)) {
            LocalInbox inbox = LocalInbox.create();
            events.group("indexer")
                    .maxConcurrency(8)
                    .maxDeliveries(5)
                    .subscribe(
                            Counted.class,
                            inbox.once((work, event) -> work.afterCommit(
                                    () -> index.add(event.data().number()))));
            Envelope<Counted> event =
                    Envelope.of(new Counted(3)).source("/chat").session(SessionKey.of("t", "s"));
            events.publish(event);
            events.publish(event);
            Await.until(
                    "both are handled", () -> events.monitor().groups().get(0).handled() == 2);
        }
        assertThat(index).containsExactly(3);
    }
}
