package dev.mneme.resilience;

import static dev.mneme.resilience.ErrorClass.AUTH;
import static dev.mneme.resilience.ErrorClass.BAD_REQUEST;
import static dev.mneme.resilience.ErrorClass.CANCELLED;
import static dev.mneme.resilience.ErrorClass.NETWORK;
import static dev.mneme.resilience.ErrorClass.OVERLOADED;
import static dev.mneme.resilience.ErrorClass.QUOTA;
import static dev.mneme.resilience.ErrorClass.RATE_LIMITED;
import static dev.mneme.resilience.ErrorClass.SERVER;
import static dev.mneme.resilience.ErrorClass.TIMEOUT;
import static dev.mneme.resilience.ErrorClass.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.mneme.resilience.CallRefusedException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClassifierTest {

    private final Classifier standard = Classifier.standard();

    static Stream<Arguments> exceptions() {
        return Stream.of(
                arguments(new ConnectException("refused"), NETWORK),
                arguments(new UnknownHostException("cache"), NETWORK),
                arguments(new SocketException("reset"), NETWORK),
                arguments(new EOFException(), NETWORK),
                arguments(new ClosedChannelException(), NETWORK),
                arguments(new SSLHandshakeException("closed"), NETWORK),
                arguments(new SocketTimeoutException(), TIMEOUT),
                arguments(new HttpTimeoutException("slow"), TIMEOUT),
                arguments(new TimeoutException(), TIMEOUT),
                arguments(new CallTimeoutException("x", Duration.ofSeconds(5), null), TIMEOUT),
                arguments(new InterruptedException(), CANCELLED),
                arguments(new InterruptedIOException(), CANCELLED),
                arguments(new ClosedByInterruptException(), CANCELLED),
                arguments(new CancellationException(), CANCELLED),
                arguments(new IllegalArgumentException("limit must be at least 1, was 0"), BAD_REQUEST),
                arguments(new NullPointerException(), UNKNOWN),
                arguments(new StackOverflowError(), UNKNOWN),
                arguments(new SQLException("gone", "08006"), NETWORK),
                arguments(new SQLException("shutdown", "57P01"), NETWORK),
                arguments(new SQLException("statement timeout", "57014"), TIMEOUT),
                arguments(new SQLException("password", "28P01"), AUTH),
                arguments(new SQLException("deadlock", "40P01"), SERVER),
                arguments(new SQLException("too many connections", "53300"), OVERLOADED),
                arguments(new SQLException("unique", "23505"), BAD_REQUEST),
                arguments(new SQLException("no such table", "42P01"), BAD_REQUEST),
                arguments(new SQLException("odd"), UNKNOWN),
                arguments(new SQLTimeoutException(), TIMEOUT),
                arguments(new SQLTransientConnectionException("pool is empty"), NETWORK),
                arguments(new CompletionException(new ExecutionException(new ConnectException())), NETWORK),
                arguments(new IllegalStateException("wrapped", new UncheckedIOException(new EOFException())), NETWORK));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void anExceptionIsKnownByItsTypeOrItsNearestKnownCause(Throwable error, ErrorClass expected) {
        assertThat(standard.classify(error)).isEqualTo(Fault.of(expected));
    }

    @Test
    void aRingOfCausesComesToAnEnd() {
        var first = new IllegalStateException("first");
        var second = new IllegalStateException("second", first);
        first.initCause(second);
        assertThat(standard.classify(first).errorClass()).isEqualTo(UNKNOWN);
    }

    @Test
    void aCallThatWasNeverMadeIsNeitherRetriedNorCounted() {
        for (Reason reason : Reason.values()) {
            Fault fault = standard.classify(new RuntimeException(new CallRefusedException("t", reason, 5)));
            assertThat(fault.made()).isFalse();
            assertThat(fault.retryHere()).isFalse();
            assertThat(fault.countsAgainstBreaker()).isFalse();
            assertThat(fault.retryAfter()).isEqualTo(Duration.ofNanos(5));
        }
    }

    static final class HttpError extends RuntimeException {
        final int status;
        final String body;

        HttpError(int status, String body) {
            this.status = status;
            this.body = body;
        }
    }

    @Test
    void aHostTeachesItItsOwnExceptionAndTheLatestRuleWins() {
        Classifier mine = standard.with(HttpError.class, e -> standard.classify(e.status, Map.of(), e.body));
        var error = new RuntimeException(new HttpError(429, "{\"error\":{\"code\":\"insufficient_quota\"}}"));
        assertThat(mine.classify(error).errorClass()).isEqualTo(QUOTA);
        assertThat(standard.classify(error).errorClass()).isEqualTo(UNKNOWN);
        assertThat(mine.with(HttpError.class, e -> Fault.of(RATE_LIMITED))
                        .classify(error)
                        .errorClass())
                .isEqualTo(RATE_LIMITED);
    }

    @Test
    void aRuleOfTheHostGoesBeforeAStandardOneEvenForACauseFurtherDown() {
        Classifier mine = standard.with(HttpError.class, e -> Fault.of(AUTH));
        assertThat(mine.classify(new IOException(new HttpError(1, ""))).errorClass())
                .isEqualTo(AUTH);
    }

    @Test
    void aRuleThatThrowsOrAnswersNothingMakesItUnknown() {
        assertThat(standard.with(HttpError.class, e -> {
                            throw new AssertionError("broken");
                        })
                        .classify(new HttpError(1, ""))
                        .errorClass())
                .isEqualTo(UNKNOWN);
        assertThat(standard.with(HttpError.class, e -> null)
                        .classify(new HttpError(1, ""))
                        .errorClass())
                .isEqualTo(UNKNOWN);
    }

    @Test
    void aTargetThatAsksForMoreTimeGetsIt() {
        assertThat(Fault.of(SERVER).coolFor()).isEqualTo(Duration.ofSeconds(10));
        assertThat(Fault.of(SERVER).withRetryAfter(Duration.ofMinutes(2)).coolFor())
                .isEqualTo(Duration.ofMinutes(2));
        assertThat(Fault.of(QUOTA).withRetryAfter(Duration.ofSeconds(20)).coolFor())
                .isEqualTo(Duration.ofHours(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fault.of(SERVER).withRetryAfter(Duration.ofSeconds(-1)))
                .withMessage("retryAfter must not be negative, was PT-1S");
    }

    @Test
    void theAnswersOfEachClassAreTheseAndNoOthers() {
        assertThat(Stream.of(ErrorClass.values())
                        .map(c -> c + " retry=" + c.retryHere() + " counts=" + c.countsAgainstBreaker() + " other="
                                + c.otherModel() + " cool=" + c.coolFor().toSeconds()))
                .isEqualTo(List.of(
                        "RATE_LIMITED retry=true counts=false other=YES cool=30",
                        "OVERLOADED retry=true counts=true other=YES cool=30",
                        "QUOTA retry=false counts=false other=YES cool=3600",
                        "AUTH retry=false counts=true other=YES cool=600",
                        "BAD_REQUEST retry=false counts=false other=NO cool=0",
                        "CONTEXT_LENGTH retry=false counts=false other=WITH_LARGER_CONTEXT cool=0",
                        "CONTENT_FILTER retry=false counts=false other=IF_HOST_ALLOWS cool=0",
                        "NETWORK retry=true counts=true other=YES cool=10",
                        "TIMEOUT retry=true counts=true other=YES cool=10",
                        "SERVER retry=true counts=true other=YES cool=10",
                        "CANCELLED retry=false counts=false other=NO cool=0",
                        "UNKNOWN retry=false counts=true other=YES cool=10"));
    }
}
