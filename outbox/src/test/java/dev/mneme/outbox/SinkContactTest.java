package dev.mneme.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.events.stream.MovableTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SinkContactTest {

    @Test
    void aRelayIsCutWhenNoCallWasAnsweredForALongerTimeThanALease() {
        var time = new MovableTime();
        var contact = new SinkContact(time, Duration.ofSeconds(10));
        time.advance(Duration.ofSeconds(20));
        assertThat(contact.isCut()).isFalse();
        contact.missed();
        time.advance(Duration.ofSeconds(8));
        contact.missed();
        assertThat(contact.isCut()).isFalse();
        time.advance(Duration.ofSeconds(3));
        assertThat(contact.isCut()).isTrue();
        contact.answered();
        assertThat(contact.isCut()).isFalse();
        contact.missed();
        time.advance(Duration.ofSeconds(8));
        assertThat(contact.isCut()).isFalse();
    }
}
