package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused: /10.0.0.1:6379"), "connection refused"),
                Arguments.of(new ConnectException("Network is unreachable"), "cannot connect"),
                Arguments.of(new ConnectException(), "cannot connect"),
                Arguments.of(new UnknownHostException("redis.internal"), "unknown host"),
                Arguments.of(new NoRouteToHostException("no"), "no route to host"),
                Arguments.of(new SocketTimeoutException("Read timed out"), "timed out"),
                Arguments.of(new TimeoutException("secret"), "timed out"),
                Arguments.of(new SSLHandshakeException("secret"), "TLS failed"),
                Arguments.of(new ClosedChannelException(), "connection closed"),
                Arguments.of(new IllegalStateException("secret"), "IllegalStateException"),
                Arguments.of(new IOException("secret") {}, "failed"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureIsToldInWordsThatAreOurs(Throwable failure, String words) {
        assertThat(Failure.words(failure)).isEqualTo(words);
    }

    @Test
    void theFirstCauseWithWordsIsTold() {
        var refused = new IOException("secret", new RuntimeException("secret", new ConnectException("refused")));

        assertThat(Failure.words(refused)).isEqualTo("connection refused");
    }

    @Test
    void causesThatGoInACircleAreFollowedForAWhileOnly() {
        var first = new IllegalStateException("a");
        var second = new IllegalArgumentException("b", first);
        first.initCause(second);

        assertThat(Failure.words(first)).isEqualTo("IllegalStateException");
    }
}
